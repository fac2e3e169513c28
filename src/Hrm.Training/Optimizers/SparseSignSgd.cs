using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Sign descent on the rows of a <see cref="SparseEmbedding"/> that a step looked up.</summary>
/// <remarks>
/// Gradients of equal ids are summed, then <c>row = row · (1 - lr·wd) - lr · sign(gradient)</c>, once an id. sign(0) = 0
/// still decays. Source: the authors' <c>CastedSparseEmbeddingSignSGD</c>.
/// </remarks>
public sealed class SparseSignSgd
{
    private readonly SparseEmbedding _embedding;
    private readonly double _weightDecay;

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

    /// <summary>Updates the rows of the last look-up that recorded gradients, and drops the gradient; does nothing without one.</summary>
    /// <param name="learningRate">The learning rate of this step.</param>
    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (_embedding.Gathered is { Rows.grad: { } gradient } gathered)
        {
            Update(_embedding.Weights, gathered.Ids, gradient, learningRate);
            gathered.Rows.grad = null;
        }
    }

    private void Update(Tensor table, Tensor ids, Tensor gradient, double learningRate)
    {
        var (distinct, inverse, _) = ids.unique(sorted: true, return_inverse: true); // [u], [B]
        var summed = zeros([distinct.size(0), gradient.size(1)], gradient.dtype, gradient.device); // [u, W]
        summed.index_add_(0, inverse!, gradient, 1);
        var rows = table.index_select(0, distinct) // [u, W]
            .mul_(1 - (learningRate * _weightDecay))
            .add_(summed.sign_(), alpha: -learningRate);
        table.index_copy_(0, distinct, rows);
    }
}
