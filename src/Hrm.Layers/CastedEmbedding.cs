using TorchSharp.Modules;

namespace Hrm.Layers;

/// <summary>An embedding table in float32; looked-up rows are cast to the forward dtype.</summary>
/// <remarks>
/// Rows are cast after the look-up. The values equal those of casting the table first, and gradients of a row that occurs more
/// than once add up in float32. Key: <c>embedding_weight</c>.
/// </remarks>
public sealed class CastedEmbedding : nn.Module<Tensor, Tensor>
{
#pragma warning disable IDE0044 // Not readonly: moving a module replaces the field by reflection.
    [ComponentName(Name = "embedding_weight")]
    private Parameter _weight; // [V, D]
#pragma warning restore IDE0044

    private readonly ScalarType _forwardDtype;

    /// <summary>Creates the table.</summary>
    /// <param name="count">V, the number of rows.</param>
    /// <param name="width">D, the width of a row.</param>
    /// <param name="standardDeviation">The standard deviation of the initial values.</param>
    /// <param name="forwardDtype">The dtype of the returned rows.</param>
    /// <param name="generator">Draws the rows; <see langword="null"/> leaves zeros for weights that are loaded next.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public CastedEmbedding(long count, long width, double standardDeviation, ScalarType forwardDtype, Generator? generator)
        : base(nameof(CastedEmbedding))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        _weight = Initializers.NewParameter([count, width], standardDeviation, generator);
        _forwardDtype = forwardDtype;
        RegisterComponents();
    }

    /// <summary>The table, [V, D], float32.</summary>
    public Parameter Weight => _weight;

    /// <summary>Looks rows up.</summary>
    /// <param name="input">Indices, any shape, int32 or int64, each in 0 … V-1.</param>
    /// <returns>[…, D] in the forward dtype.</returns>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var scope = NewDisposeScope();
        var rows = _weight.index_select(0, input.flatten()); // [n, D]
        return rows.CastTo(_forwardDtype)
            .view([.. input.shape, _weight.size(1)])
            .MoveToOuterDisposeScope(); // […, D]
    }
}
