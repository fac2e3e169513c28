namespace Hrm.Layers;

/// <summary>
/// Merges a state and its injection by a learned gate instead of adding them:
/// <c>2 · (g · state + (1 − g) · injection)</c> with <c>g = sigmoid(state_proj(state) + injection_proj(injection))</c>.
/// </summary>
/// <remarks>
/// Initial weights are zero: g is ½ everywhere, and the layer starts as the sum, bit for bit. Keys: <c>state_proj.weight</c>,
/// <c>injection_proj.weight</c>, [D, D] each. The HRM paper (arXiv 2506.21734, section 2) adds, and names gating as future work.
/// </remarks>
public sealed class GatedMerge : nn.Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "state_proj")]
    private readonly CastedLinear _stateProjection;

    [ComponentName(Name = "injection_proj")]
    private readonly CastedLinear _injectionProjection;

    /// <summary>Creates the layer with weights of zero.</summary>
    /// <param name="width">D.</param>
    /// <exception cref="ArgumentOutOfRangeException">D is not positive.</exception>
    public GatedMerge(long width)
        : base(nameof(GatedMerge))
    {
        _stateProjection = new CastedLinear(width, width, generator: null);
        _injectionProjection = new CastedLinear(width, width, generator: null);
        RegisterComponents();
    }

    /// <summary>Merges.</summary>
    /// <param name="state">[B, S, D], any floating point dtype.</param>
    /// <param name="injection">[B, S, D], of the same dtype.</param>
    /// <returns>[B, S, D].</returns>
    /// <exception cref="ShapeMismatchException">The last axis of an input is not D wide.</exception>
    public override Tensor forward(Tensor state, Tensor injection)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(injection);
        using var scope = NewDisposeScope();
        var gate = _stateProjection.call(state).Plus(_injectionProjection.call(injection)).sigmoid() * HeldScalars.Two; // [B, S, D], 0 … 2
        return (gate * state).Plus(HeldScalars.Two.Minus(gate) * injection).MoveToOuterDisposeScope(); // [B, S, D]
    }
}
