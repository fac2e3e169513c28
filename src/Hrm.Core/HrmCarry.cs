namespace Hrm.Core;

/// <summary>The recurrent state that one segment passes to the next: zH and zL, both [B, S, D] in the forward dtype.</summary>
/// <remarks>Owns its tensors, and has one owner, which disposes it.</remarks>
/// <param name="high">zH, [B, S, D].</param>
/// <param name="low">zL, [B, S, D].</param>
public sealed class HrmCarry(Tensor high, Tensor low) : IDisposable
{
    /// <summary>zH, the state of the slow module, [B, S, D].</summary>
    public Tensor High { get; } = high ?? throw new ArgumentNullException(nameof(high));

    /// <summary>zL, the state of the fast module, [B, S, D].</summary>
    public Tensor Low { get; } = low ?? throw new ArgumentNullException(nameof(low));

    /// <summary>Takes the tensors out of every dispose scope; the caller owns them.</summary>
    public HrmCarry DetachFromDisposeScope()
    {
        High.DetachFromDisposeScope();
        Low.DetachFromDisposeScope();
        return this;
    }

    /// <summary>Frees both states.</summary>
    public void Dispose()
    {
        High.Dispose();
        Low.Dispose();
    }

    /// <summary>Returns some rows as views in the caller's dispose scope.</summary>
    internal HrmCarry Rows(long first, long count) => new(High.narrow(0, first, count), Low.narrow(0, first, count)); // [count, S, D]
}

/// <summary>The distance between the states of a batch before and after an update, per row.</summary>
internal static class StateChange
{
    /// <summary>‖after − before‖ and ‖after − before‖ / ‖before‖, with norms over all tokens and D, in float32.</summary>
    /// <param name="before">[B, S, D].</param>
    /// <param name="after">[B, S, D].</param>
    /// <returns>[B] each; they and the intermediate tensors belong to the caller's dispose scope.</returns>
    public static (Tensor Distance, Tensor Relative) Of(Tensor before, Tensor after)
    {
        var start = before.to_type(ScalarType.Float32).flatten(1); // [B, S·D]
        var distance = (after.to_type(ScalarType.Float32).flatten(1) - start).Squared().sum(-1).sqrt(); // [B]
        return (distance, distance / start.Squared().sum(-1).sqrt());
    }
}

/// <summary>The result of one segment: logits, the two Q values, and the carry for the next segment.</summary>
/// <remarks>Has one owner, which disposes it. The caller may take over the carry; a dispose scope frees the other tensors then.</remarks>
/// <param name="logits">[B, seq_len, V], forward dtype.</param>
/// <param name="qHalt">[B], float32: the logit of halting.</param>
/// <param name="qContinue">[B], float32: the logit of continuing.</param>
/// <param name="carry">The detached states.</param>
public sealed class HrmOutput(Tensor logits, Tensor qHalt, Tensor qContinue, HrmCarry carry) : IDisposable
{
    /// <summary>The logits per puzzle token, [B, seq_len, V], in the forward dtype.</summary>
    public Tensor Logits { get; } = logits;

    /// <summary>The Q value of halting before the sigmoid, [B], float32.</summary>
    public Tensor QHalt { get; } = qHalt;

    /// <summary>The Q value of continuing before the sigmoid, [B], float32.</summary>
    public Tensor QContinue { get; } = qContinue;

    /// <summary>The states for the next segment, without a graph.</summary>
    public HrmCarry Carry { get; } = carry;

    /// <summary>Frees every tensor, the carry included.</summary>
    public void Dispose()
    {
        Logits.Dispose();
        QHalt.Dispose();
        QContinue.Dispose();
        Carry.Dispose();
    }
}
