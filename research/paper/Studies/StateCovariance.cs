using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Paper;

/// <summary>The covariance of states that are added in parts: the number of directions that a module uses, and the directions.</summary>
/// <remarks>
/// <para>
/// Only the mean and a D × D matrix are kept, in float64: memory does not grow with the states. Parts are merged by their means (Chan et
/// al. 1979), so a large common mean does not cancel digits.
/// </para>
/// <para>
/// <see cref="ParticipationRatio"/> of few states is too small: n independent states of d equal directions give about d·n / (n + d). Use at
/// least ten times as many as the resulting ratio, or compare it over <see cref="Count"/>. Source of the ratio: arXiv 2506.21734, figure 8.
/// </para>
/// </remarks>
internal sealed class StateCovariance(int width) : IDisposable
{
    private Tensor _mean = zeros(width, ScalarType.Float64).DetachFromDisposeScope(); // [D]
    private Tensor _scatter = zeros([width, width], ScalarType.Float64).DetachFromDisposeScope(); // [D, D], the sum of (z - mean)(z - mean)ᵀ

    /// <summary>The number of states.</summary>
    public long Count { get; private set; }

    /// <summary>
    /// (Σλ)² / Σλ² of the eigenvalues λ of the covariance: 1 for states on a line, D for states that spread equally in all directions.
    /// NaN for fewer than two states and for equal states.
    /// </summary>
    public double ParticipationRatio
    {
        get
        {
            using var scope = NewDisposeScope();

            // Trace and Frobenius norm are these sums, without the eigenvalues.
            var trace = _scatter.trace().item<double>();
            return trace * trace / _scatter.square().sum().item<double>();
        }
    }

    /// <summary>Adds states.</summary>
    /// <param name="states">[…, D], any floating dtype.</param>
    public void Add(Tensor states)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var rows = states.detach().reshape(-1, width).to(ScalarType.Float64); // [n, D]
        var count = rows.size(0);
        if (count == 0)
        {
            return;
        }

        var deviceMean = rows.mean([0]); // [D]
        var centred = rows - deviceMean; // [n, D]
        var within = centred.t().mm(centred).cpu(); // [D, D]
        var difference = deviceMean.cpu() - _mean; // [D]
        var total = Count + count;
        var between = difference.outer(difference) * ((double)Count * count / total); // [D, D]
        Replace(ref _scatter, _scatter + within + between);
        Replace(ref _mean, _mean + (difference * ((double)count / total)));
        Count = total;
    }

    /// <summary>The directions of largest variance.</summary>
    /// <remarks>A direction's sign is arbitrary; here its entry of the largest magnitude is positive, so that equal states give equal pictures.</remarks>
    /// <param name="count">Their number; 1 … D.</param>
    /// <returns>
    /// The directions, [count, D], float64, orthonormal rows, largest variance first, which the caller owns; and the share of the total
    /// variance along each.
    /// </returns>
    public (Tensor Directions, double[] Shares) Components(int count)
    {
        using var scope = NewDisposeScope();
        var (values, vectors) = linalg.eigh(_scatter); // [D] ascending, [D, D] columns
        var directions = vectors.narrow(1, width - count, count).flip(1).t().contiguous(); // [count, D]
        var signs = directions.gather(1, directions.abs().argmax(1, keepdim: true)).sign(); // [count, 1]
        var shares = (values / values.sum()).narrow(0, width - count, count).flip(0); // [count]
        return ((directions * signs).MoveToOuterDisposeScope(), shares.data<double>().ToArray());
    }

    /// <summary>The coordinates of states along directions, from the mean of the states that were added.</summary>
    /// <param name="states">[…, D], any floating dtype.</param>
    /// <param name="directions">[count, D], of <see cref="Components"/>.</param>
    /// <returns>[…, count], float64, on the CPU; the caller owns it.</returns>
    public Tensor Project(Tensor states, Tensor directions)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var centred = states.detach().to(ScalarType.Float64).cpu() - _mean; // […, D]
        return nn.functional.linear(centred, directions).MoveToOuterDisposeScope(); // […, count]
    }

    public void Dispose()
    {
        _mean.Dispose();
        _scatter.Dispose();
    }

    private static void Replace(ref Tensor old, Tensor value)
    {
        old.Dispose();
        old = value.DetachFromDisposeScope();
    }
}
