namespace Hrm.Layers;

/// <summary>
/// A table with a row per puzzle. A training step updates only the rows of its batch: the looked-up rows have a gradient, the table
/// has none.
/// </summary>
/// <remarks>
/// <para>
/// In training mode with gradients the rows become a leaf of the graph, kept as <see cref="Gathered"/> until the next such call. An
/// optimizer for sparse rows reads their gradient and writes the table. A dense gradient of the table would not fit in memory for
/// the paper's ARC set, which has a million ids.
/// </para>
/// <para>Initial values are zeros. Key: <c>weights</c>, a buffer. Concurrent look-ups are safe only without gradients.</para>
/// </remarks>
public sealed class SparseEmbedding : nn.Module<Tensor, Tensor>
{
#pragma warning disable IDE0044 // Not readonly: moving a module replaces the field by reflection.
    [ComponentName(Name = "weights")]
    private Tensor _weights; // [ids, W]
#pragma warning restore IDE0044

    private readonly ScalarType _forwardDtype;

    /// <summary>Creates the table, filled with zeros.</summary>
    /// <param name="count">The number of ids.</param>
    /// <param name="width">W, the width of a row.</param>
    /// <param name="forwardDtype">The dtype of the returned rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public SparseEmbedding(long count, long width, ScalarType forwardDtype)
        : base(nameof(SparseEmbedding))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        _weights = Initializers.NewTensor([count, width], 0, null);
        _forwardDtype = forwardDtype;
        RegisterComponents();
    }

    /// <summary>The table, [ids, W], float32; no gradient.</summary>
    public Tensor Weights => _weights;

    /// <summary>The rows of the last look-up that recorded gradients, or <see langword="null"/>.</summary>
    public GatheredRows? Gathered { get; private set; }

    /// <summary>Looks rows up.</summary>
    /// <param name="input">Ids, [B], int32 or int64, each in 0 … ids-1.</param>
    /// <returns>[B, W] in the forward dtype.</returns>
    /// <exception cref="ShapeMismatchException"><paramref name="input"/> is not a vector.</exception>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ShapeGuard.Require(input, nameof(input), "B");
        using var scope = NewDisposeScope();
        var ids = input.CastTo(ScalarType.Int64); // [B]
        var rows = _weights.index_select(0, ids).detach(); // [B, W]
        if (training && is_grad_enabled())
        {
            rows.requires_grad_(true);
            Gathered?.Dispose();
            Gathered = new GatheredRows(ids.clone().DetachFromDisposeScope(), rows.DetachFromDisposeScope());

            // A separate view: the caller may dispose the result, but not the leaf.
            rows = rows.alias();
        }

        return rows.CastTo(_forwardDtype).MoveToOuterDisposeScope(); // [B, W]
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Gathered?.Dispose();
            Gathered = null;
        }

        base.Dispose(disposing);
    }
}

/// <summary>The rows of a <see cref="SparseEmbedding"/> that one training step uses, with their ids.</summary>
/// <remarks>The embedding owns it; it is valid until the next recorded look-up.</remarks>
public sealed class GatheredRows : IDisposable
{
    internal GatheredRows(Tensor ids, Tensor rows)
    {
        Ids = ids;
        Rows = rows;
    }

    /// <summary>The ids, [B], int64; they may repeat.</summary>
    public Tensor Ids { get; }

    /// <summary>The rows, [B, W], float32: a leaf of the graph whose <c>grad</c> a backward pass fills.</summary>
    public Tensor Rows { get; }

    /// <summary>Frees the rows.</summary>
    public void Dispose()
    {
        Ids.Dispose();
        Rows.Dispose();
    }
}
