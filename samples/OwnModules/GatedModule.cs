using Hrm.Core;
using Hrm.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

// <own-module>
/// <summary>L as a gated unit: it proposes a state, and a gate says how much of the old one stays.</summary>
internal sealed class GatedModule : nn.Module<Tensor, Tensor, Tensor>
{
    private static readonly Scalar One = 1.ToScalar();
    [ComponentName(Name = "mixer")] private readonly SwiGlu _mixer;
    [ComponentName(Name = "gate")] private readonly CastedLinear _gate;
    private readonly RmsNorm _norm = new();

    public GatedModule(HrmConfig config, Generator generator) : base(nameof(GatedModule))
    {
        _mixer = new SwiGlu(config.TokenCount, config.MixerInnerWidth, generator);
        _gate = new CastedLinear(config.HiddenSize, config.HiddenSize, generator);
        RegisterComponents();
    }

    public override Tensor forward(Tensor state, Tensor injection)
    {
        using var scope = NewDisposeScope();
        var seen = state.add(injection, One); // [B, S, D]
        var proposal = seen.add(_mixer.call(seen.transpose(1, 2)).transpose(1, 2), One); // [B, S, D]
        var next = state.lerp(proposal, _gate.call(seen).sigmoid()); // [B, S, D]
        return _norm.call(next).MoveToOuterDisposeScope(); // [B, S, D]
    }
}
// </own-module>
