namespace Hrm.Training;

/// <summary>Sign descent on the rows of a <see cref="SparseEmbedding"/> that were looked up in a step.</summary>
/// <remarks>
/// <para>
/// Gradients of equal ids are summed, then <c>row = row · (1 - lr·wd) - lr · sign(gradient)</c>, once per id. With
/// sign(0) = 0 the row still decays. Source: the authors' <c>CastedSparseEmbeddingSignSGD</c>.
/// </para>
/// <para>
/// For a batch in several passes, call <see cref="Accumulate"/> after each backward pass and <see cref="Step"/> once: the
/// sums are then those of the whole batch. Owns the accumulated gradients; dispose it. Not safe for concurrent use.
/// </para>
/// </remarks>
public sealed class SparseSignSgd : IDisposable
{
    private readonly SparseEmbedding _embedding;
    private readonly double _weightDecay;
    private readonly List<(Tensor Ids, Tensor Gradient)> _pending = []; // [B], [B, W] each

    /// <summary>Creates the optimizer.</summary>
    /// <param name="embedding">The table.</param>
    /// <param name="weightDecay">The decoupled weight decay, times the learning rate per step.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="weightDecay"/> is negative.</exception>
    public SparseSignSgd(SparseEmbedding embedding, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        ArgumentOutOfRangeException.ThrowIfNegative(weightDecay);
        _embedding = embedding;
        _weightDecay = weightDecay;
    }

    /// <summary>The accumulated gradients: ids [B] and one row per look-up [B, W]; live.</summary>
    internal IReadOnlyList<(Tensor Ids, Tensor Gradient)> Pending => _pending;

    /// <summary>Keeps the gradient of the last look-up that recorded one for the next step; does nothing without one.</summary>
    public void Accumulate()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (_embedding.Gathered is { Rows.grad: { } gradient } gathered)
        {
            // The embedding owns its ids and frees them at its next look-up.
            _pending.Add((gathered.Ids.clone().DetachFromDisposeScope(), gradient.DetachFromDisposeScope()));
            gathered.Rows.grad = null;
        }
    }

    /// <summary>Moves the accumulated gradients of another optimizer of the same table behind these.</summary>
    internal void Take(SparseSignSgd other)
    {
        _pending.AddRange(other._pending);
        other._pending.Clear();
    }

    /// <summary>Replaces the accumulated gradients by those of all ranks, in rank order; each rank has the same number of rows.</summary>
    internal void Gather(IProcessGroup group)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (_pending.Count > 0)
        {
            var ids = Gather(_pending.Select(pending => pending.Ids.to_type(ScalarType.Float64))); // [W · B]
            var gradient = Gather(_pending.Select(pending => pending.Gradient)); // [W · B, W]
            Clear();
            _pending.Add((ids.to_type(ScalarType.Int64).DetachFromDisposeScope(), gradient.DetachFromDisposeScope()));
        }

        // Each rank adds its rows to zeros, which changes no value.
        Tensor Gather(IEnumerable<Tensor> parts)
        {
            var rows = cat([.. parts]);
            var shape = rows.shape;
            var all = zeros([group.WorldSize, .. shape], rows.dtype, rows.device);
            all.select(0, group.Rank).copy_(rows);
            group.AllReduce(all);
            return all.flatten(0, 1);
        }
    }

    /// <summary>Updates the rows of every gradient since the last step, and frees them; does nothing without one.</summary>
    /// <param name="learningRate">The learning rate of this step.</param>
    public void Step(double learningRate)
    {
        Accumulate();
        if (_pending.Count == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var ids = cat([.. _pending.Select(pending => pending.Ids)]); // [B]
        var gradient = cat([.. _pending.Select(pending => pending.Gradient)]); // [B, W]
        Clear();
        Update(_embedding.Weights, ids, gradient, learningRate);
    }

    /// <summary>Frees the accumulated gradients.</summary>
    public void Dispose() => Clear();

    private void Update(Tensor table, Tensor ids, Tensor gradient, double learningRate)
    {
        var rows = table.index_select(0, ids) // [B, W]
            .TimesInPlace(1 - (learningRate * _weightDecay))
            .PlusInPlace(SumOfEqualIds(ids, gradient).sign_(), -learningRate);
        table.index_copy_(0, ids, rows);
    }

    /// <summary>
    /// For each row the sum of all gradients of its id, [B, W]. Rows of equal ids get equal sums, so the order in which they
    /// are written does not matter. Distinct ids would need their count, for which a GPU would have to be waited for.
    /// </summary>
    private static Tensor SumOfEqualIds(Tensor ids, Tensor gradient)
    {
        var isEqual = ids.unsqueeze(1).eq(ids.unsqueeze(0)); // [B, B]
        var first = isEqual.to_type(ScalarType.Int32).argmax(1); // [B], the first row with the same id
        var sums = zeros_like(gradient).index_add_(0, first, gradient, HeldScalars.One); // [B, W], only at first rows
        return sums.index_select(0, first); // [B, W]
    }

    /// <summary>Frees the accumulated gradients.</summary>
    internal void Clear()
    {
        foreach (var (ids, gradient) in _pending)
        {
            ids.Dispose();
            gradient.Dispose();
        }

        _pending.Clear();
    }
}
