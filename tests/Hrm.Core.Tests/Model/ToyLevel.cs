using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>One level with a single weight, <c>tanh(w · state + injection)</c>, that records its calls.</summary>
internal sealed class ToyLevel : nn.Module<Tensor, Tensor, Tensor>
{
#pragma warning disable IDE0044 // Not readonly: moving a module replaces the field by reflection.
    [ComponentName(Name = "weight")]
    private Parameter _weight;
#pragma warning restore IDE0044

    private readonly List<string> _calls;

    /// <summary>Creates a level with weight w; <paramref name="calls"/> receives the name at each call, in capitals if gradients were recorded.</summary>
    public ToyLevel(string name, float weight, List<string> calls)
        : base(name)
    {
        _weight = new Parameter(tensor(weight).DetachFromDisposeScope());
        _calls = calls;
        RegisterComponents();
    }

    public Parameter Weight => _weight;

    public override Tensor forward(Tensor state, Tensor injection)
    {
        _calls.Add(is_grad_enabled() ? GetName().ToUpperInvariant() : GetName());
        return Update(state, injection);
    }

    public Tensor Update(Tensor state, Tensor injection)
    {
        using var scope = NewDisposeScope();
        return (state * _weight + injection).tanh().MoveToOuterDisposeScope();
    }
}

/// <summary>A level from a function of the state and the injection, without weights.</summary>
internal sealed class FunctionLevel(Func<Tensor, Tensor, Tensor> function) : nn.Module<Tensor, Tensor, Tensor>(nameof(FunctionLevel))
{
    public override Tensor forward(Tensor state, Tensor injection) => function(state, injection);
}
