using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>The result of one segment: logits, the two Q values, and the carry for the next segment.</summary>
/// <remarks>Has one owner, which disposes it. The caller may take over the carry; a dispose scope frees the other tensors then.</remarks>
public sealed class HrmOutput : IDisposable
{
    /// <summary>Creates an output.</summary>
    /// <param name="logits">[B, seq_len, V], forward dtype.</param>
    /// <param name="qHalt">[B], float32: the logit of halting.</param>
    /// <param name="qContinue">[B], float32: the logit of continuing.</param>
    /// <param name="carry">The detached states.</param>
    public HrmOutput(Tensor logits, Tensor qHalt, Tensor qContinue, HrmCarry carry)
    {
        Logits = logits;
        QHalt = qHalt;
        QContinue = qContinue;
        Carry = carry;
    }

    /// <summary>The logits per puzzle token, [B, seq_len, V], in the forward dtype.</summary>
    public Tensor Logits { get; }

    /// <summary>The Q value of halting before the sigmoid, [B], float32.</summary>
    public Tensor QHalt { get; }

    /// <summary>The Q value of continuing before the sigmoid, [B], float32.</summary>
    public Tensor QContinue { get; }

    /// <summary>The states for the next segment, without a graph.</summary>
    public HrmCarry Carry { get; }

    /// <summary>Frees every tensor, the carry included.</summary>
    public void Dispose()
    {
        Logits.Dispose();
        QHalt.Dispose();
        QContinue.Dispose();
        Carry.Dispose();
    }
}
