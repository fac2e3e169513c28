using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>Mixes tokens by the function of <see cref="SwiGlu"/> over the token axis, instead of attention.</summary>
/// <remarks>
/// The weights fix the number of tokens, and no positions are needed. The input is the transposed state, [B, D, S]. Keys: <c>gate_up_proj.weight</c>, <c>down_proj.weight</c>.
/// Source: Jolicoeur-Martineau, arXiv 2510.04871 (<c>mlp_t</c>), after Tolstikhin et al., arXiv 2105.01601.
/// </remarks>
public sealed class TokenMixer : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "gate_up_proj")]
    private readonly CastedLinear _gateUpProjection;

    [ComponentName(Name = "down_proj")]
    private readonly CastedLinear _downProjection;

    private readonly long _tokens;

    /// <summary>Creates the layer.</summary>
    /// <param name="tokens">S, including the prefix.</param>
    /// <param name="innerWidth">I, the inner width; <see cref="SwiGlu.InnerWidth"/> of S by the authors' rule.</param>
    /// <param name="generator">Draws the weights; <see langword="null"/> leaves zeros for weights that are loaded next.</param>
    /// <exception cref="ArgumentOutOfRangeException">A width is not positive.</exception>
    public TokenMixer(long tokens, long innerWidth, Generator? generator)
        : base(nameof(TokenMixer))
    {
        _gateUpProjection = new CastedLinear(tokens, 2 * innerWidth, generator);
        _downProjection = new CastedLinear(innerWidth, tokens, generator);
        _tokens = tokens;
        RegisterComponents();
    }

    /// <summary>Mixes.</summary>
    /// <param name="input">[B, D, S]: the state with tokens last.</param>
    /// <returns>[B, D, S] in the dtype of <paramref name="input"/>.</returns>
    /// <exception cref="ShapeMismatchException">The last axis is not S.</exception>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ShapeGuard.Require(input, nameof(input), "B", "D", _tokens);
        using var scope = NewDisposeScope();
        var gated = SwiGlu.Gate(_gateUpProjection.call(input)); // [B, D, I]
        return _downProjection.call(gated).MoveToOuterDisposeScope(); // [B, D, S]
    }
}
