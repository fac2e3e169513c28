using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>L as a contraction, <c>rate · state + share · injection</c>: where the injection is held, each update leaves this rate of the distance.</summary>
internal sealed class LinearLevel(double rate, double share) : nn.Module<Tensor, Tensor, Tensor>(nameof(LinearLevel))
{
    public int Calls { get; private set; }

    /// <summary>Called before each update.</summary>
    public Action? Called { get; set; }

    /// <summary>Whether any update was made in training mode, or with a graph.</summary>
    public bool HasTrained { get; private set; }

    public override Tensor forward(Tensor state, Tensor injection)
    {
        Calls++;
        HasTrained |= training || is_grad_enabled();
        Called?.Invoke();
        using var scope = NewDisposeScope();
        return ((state * rate) + (injection * share)).MoveToOuterDisposeScope(); // [B, S, D]
    }
}
