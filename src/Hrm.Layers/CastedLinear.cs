using Hrm.Layers.Kernels;
using TorchSharp.Modules;

namespace Hrm.Layers;

/// <summary>A linear layer whose float32 weights are cast to the dtype of its input: <c>y = x Wᵀ + b</c>.</summary>
/// <remarks>
/// Initial weights are truncated normal with standard deviation 1/√I, the initial bias is 0. Keys: <c>weight</c>, <c>bias</c>.
/// Source: the authors' <c>CastedLinear</c>; initialisation by LeCun et al., <i>Efficient BackProp</i>.
/// </remarks>
public sealed class CastedLinear : nn.Module<Tensor, Tensor>
{
    // Not readonly: moving a module to a device or dtype replaces the fields by reflection.
#pragma warning disable IDE0044
    [ComponentName(Name = "weight")]
    private Parameter _weight; // [O, I]

    [ComponentName(Name = "bias")]
    private Parameter? _bias; // [O]
#pragma warning restore IDE0044

    private readonly long _inputFeatures;

    /// <summary>Creates the layer.</summary>
    /// <param name="inputFeatures">I, the width of the input.</param>
    /// <param name="outputFeatures">O, the width of the output.</param>
    /// <param name="generator">Draws the weights; <see langword="null"/> leaves zeros for weights that are loaded next.</param>
    /// <param name="hasBias">Whether to add a bias.</param>
    /// <exception cref="ArgumentOutOfRangeException">A width is not positive.</exception>
    public CastedLinear(long inputFeatures, long outputFeatures, Generator? generator, bool hasBias = false)
        : base(nameof(CastedLinear))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputFeatures);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputFeatures);
        _inputFeatures = inputFeatures;
        _weight = Initializers.NewParameter([outputFeatures, inputFeatures], 1.0 / Math.Sqrt(inputFeatures), generator);
        _bias = hasBias ? Initializers.NewParameter([outputFeatures], 0, null) : null;
        RegisterComponents();
    }

    /// <summary>The weights, [O, I], float32.</summary>
    public Parameter Weight => _weight;

    /// <summary>The bias, [O], float32, or <see langword="null"/>.</summary>
    public Parameter? Bias => _bias;

    /// <summary>Applies the layer.</summary>
    /// <param name="input">[…, I], any floating point dtype.</param>
    /// <returns>[…, O] in the dtype of <paramref name="input"/>.</returns>
    /// <exception cref="ShapeMismatchException">The last axis of <paramref name="input"/> is not I wide.</exception>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ShapeGuard.RequireWidth(input, nameof(input), _inputFeatures);
        using var scope = NewDisposeScope();
        var weight = CastScope.Cast(_weight, input.dtype); // [O, I]
        var bias = _bias?.CastTo(input.dtype); // [O]
        return Products.Linear(input, weight, bias).MoveToOuterDisposeScope(); // […, O]
    }
}
