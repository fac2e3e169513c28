using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Sign descent on the rows of a <see cref="SparseEmbedding"/> that a step looked up.</summary>
/// <remarks>
/// <para>
/// Gradients of equal ids are summed, then <c>row = row · (1 - lr·wd) - lr · sign(gradient)</c>, once an id. sign(0) = 0
/// still decays. Source: the authors' <c>CastedSparseEmbeddingSignSGD</c>.
/// </para>
/// <para>
/// A batch that is cut into several passes calls <see cref="Accumulate"/> after each backward pass and <see cref="Step"/>
/// once; the sums then are those of the whole batch. Owns what waits for the step; dispose it. Not safe for concurrent use.
/// </para>
/// </remarks>
public sealed class SparseSignSgd : IDisposable
{
    private readonly SparseEmbedding _embedding;
    private readonly double _weightDecay;
    private readonly List<(Tensor Ids, Tensor Gradient)> _pending = []; // [B], [B, W] each

    /// <summary>Creates the optimizer.</summary>
    /// <param name="embedding">The table.</param>
    /// <param name="weightDecay">The decoupled weight decay, times the learning rate a step.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="weightDecay"/> is negative.</exception>
    public SparseSignSgd(SparseEmbedding embedding, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        ArgumentOutOfRangeException.ThrowIfNegative(weightDecay);
        _embedding = embedding;
        _weightDecay = weightDecay;
    }

    /// <summary>The gradients that wait for the step: ids [B], and a row a look-up [B, W]; live.</summary>
    internal IReadOnlyList<(Tensor Ids, Tensor Gradient)> Pending => _pending;

    /// <summary>Takes the gradient of the last look-up that recorded one, to be used by the next step; does nothing without one.</summary>
    public void Accumulate()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (_embedding.Gathered is { Rows.grad: { } gradient } gathered)
        {
            // The ids stay the embedding's, and end with its next look-up.
            _pending.Add((gathered.Ids.clone().DetachFromDisposeScope(), gradient.DetachFromDisposeScope()));
            gathered.Rows.grad = null;
        }
    }

    /// <summary>Updates the rows of every gradient since the last step, and drops them; does nothing without one.</summary>
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

    /// <summary>Frees the gradients that wait for a step.</summary>
    public void Dispose() => Clear();

    private void Update(Tensor table, Tensor ids, Tensor gradient, double learningRate)
    {
        var (written, summed) = gradient.device_type == DeviceType.CPU ? SumOfDistinct(ids, gradient) : SumWithoutWaiting(ids, gradient);
        var rows = table.index_select(0, written) // [u, W]
            .TimesInPlace(1 - (learningRate * _weightDecay))
            .PlusInPlace(summed.sign_(), -learningRate);
        table.index_copy_(0, written, rows);
    }

    /// <summary>The distinct ids, [u], and the sum of the gradients of each, [u, W].</summary>
    internal static (Tensor Ids, Tensor Sums) SumOfDistinct(Tensor ids, Tensor gradient)
    {
        var (distinct, inverse, _) = ids.unique(sorted: true, return_inverse: true); // [u], [B]
        var sums = zeros([distinct.size(0), gradient.size(1)], gradient.dtype, gradient.device); // [u, W]
        return (distinct, sums.index_add_(0, inverse!, gradient, HeldScalars.One));
    }

    /// <summary>
    /// The ids as they are, [B], and for each the sum of all gradients of its id, [B, W]: equal ids have equal sums, so it does
    /// not matter which of them is written last. How many ids are distinct only the device knows, and the host would have to wait for it.
    /// </summary>
    internal static (Tensor Ids, Tensor Sums) SumWithoutWaiting(Tensor ids, Tensor gradient)
    {
        var isEqual = ids.unsqueeze(1).eq(ids.unsqueeze(0)); // [B, B]
        var first = isEqual.to_type(ScalarType.Int32).argmax(1); // [B], the first row with the same id
        var sums = zeros_like(gradient).index_add_(0, first, gradient, HeldScalars.One); // [B, W], at the first rows alone
        return (ids, sums.index_select(0, first)); // [B], [B, W]
    }

    /// <summary>Drops the gradients that wait for a step.</summary>
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
