using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>The covariance of states that are added in parts: the number of directions that a module uses, and the directions.</summary>
/// <remarks>
/// <para>
/// Only the mean and a D × D matrix are kept, in float64: memory does not grow with the states. Parts are merged by their means (Chan et
/// al. 1979), so a large common mean does not cancel digits.
/// </para>
/// <para>
/// <see cref="ParticipationRatio"/> of few states is too small: n independent states of d equal directions give about d·n / (n + d). Use at
/// least ten times as many as the resulting ratio, or compare it over <see cref="Count"/>.
/// </para>
/// <para>Source of the ratio: arXiv 2506.21734, section 4, figure 8.</para>
/// </remarks>
public sealed class StateCovariance : IDisposable
{
    private Tensor _mean; // [D], float64
    private Tensor _scatter; // [D, D], float64: the sum of (z - mean)(z - mean)ᵀ

    /// <summary>Creates an empty covariance.</summary>
    /// <param name="width">D.</param>
    /// <exception cref="ArgumentOutOfRangeException">D is not positive.</exception>
    public StateCovariance(int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        Width = width;
        using var scope = NewDisposeScope();
        _mean = zeros(width, ScalarType.Float64).DetachFromDisposeScope();
        _scatter = zeros([width, width], ScalarType.Float64).DetachFromDisposeScope();
    }

    /// <summary>D.</summary>
    public int Width { get; }

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
            return trace * trace / _scatter.Squared().sum().item<double>();
        }
    }

    /// <summary>Adds states.</summary>
    /// <param name="states">[…, D], any floating dtype and device.</param>
    /// <exception cref="ShapeMismatchException">The last dimension is not D.</exception>
    public void Add(Tensor states)
    {
        ArgumentNullException.ThrowIfNull(states);
        ShapeGuard.RequireWidth(states, nameof(states), Width);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var rows = states.detach().reshape(-1, Width).to(ScalarType.Float64); // [n, D]
        var count = rows.size(0);
        if (count == 0)
        {
            return;
        }

        // On the device of the states; only [D] and [D, D] are copied to the host.
        var deviceMean = rows.mean([0]); // [D]
        var centred = rows - deviceMean; // [n, D]
        var within = centred.t().mm(centred).cpu(); // [D, D]
        var mean = deviceMean.cpu(); // [D]
        var difference = mean - _mean; // [D]
        var total = Count + count;
        var between = difference.outer(difference).TimesInPlace((double)Count * count / total); // [D, D]
        var scatter = _scatter.Plus(within).PlusInPlace(between); // [D, D]
        Replace(ref _mean, _mean.Plus(difference.Times((double)count / total)));
        Replace(ref _scatter, scatter);
        Count = total;
    }

    /// <summary>The eigenvalues of the covariance, largest first; D values.</summary>
    /// <exception cref="InvalidOperationException">There are fewer than two states.</exception>
    public double[] Eigenvalues()
    {
        using var scope = NewDisposeScope();
        return [.. linalg.eigvalsh(Covariance()).data<double>().ToArray().Reverse()];
    }

    /// <summary>The directions of largest variance.</summary>
    /// <param name="count">Their number; 1 … D.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    /// <exception cref="InvalidOperationException">There are fewer than two states.</exception>
    public PrincipalComponents Components(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Width);
        using var scope = NewDisposeScope();
        var (values, vectors) = linalg.eigh(Covariance()); // [D] ascending, [D, D] columns
        var directions = vectors.narrow(1, Width - count, count).flip(1).t().contiguous(); // [count, D]
        var variances = values.narrow(0, Width - count, count).flip(0).data<double>().ToArray();
        var trace = values.sum().item<double>();
        return new PrincipalComponents(
            _mean.clone().DetachFromDisposeScope(),
            PrincipalComponents.WithFixedSigns(directions).DetachFromDisposeScope(),
            variances,
            [.. variances.Select(variance => variance / trace)]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _mean.Dispose();
        _scatter.Dispose();
    }

    private Tensor Covariance() => Count > 1
        ? _scatter.DividedBy(Count - 1) // [D, D]
        : throw new InvalidOperationException($"expected at least two states, got {Count}.");

    private static void Replace(ref Tensor field, Tensor value)
    {
        field.Dispose();
        field = value.DetachFromDisposeScope();
    }
}

/// <summary>The directions of largest variance of states, see <see cref="StateCovariance.Components"/>; for instance to draw trajectories.</summary>
/// <remarks>A direction's sign is arbitrary; here its entry of the largest magnitude is positive, so that equal states give equal pictures.</remarks>
public sealed class PrincipalComponents : IDisposable
{
    private readonly Tensor _mean; // [D], float64
    private readonly Tensor _directions; // [count, D], float64, orthonormal rows

    internal PrincipalComponents(Tensor mean, Tensor directions, IReadOnlyList<double> variances, IReadOnlyList<double> shares)
    {
        _mean = mean;
        _directions = directions;
        Variances = variances;
        Shares = shares;
    }

    /// <summary>The variance along each direction, largest first.</summary>
    public IReadOnlyList<double> Variances { get; }

    /// <summary>The share of the total variance along each direction.</summary>
    public IReadOnlyList<double> Shares { get; }

    /// <summary>The coordinates of states along the directions.</summary>
    /// <param name="states">[…, D], any floating dtype and device.</param>
    /// <returns>[…, count], float64, on the CPU; the caller owns it.</returns>
    /// <exception cref="ShapeMismatchException">The last dimension is not D.</exception>
    public Tensor Project(Tensor states)
    {
        ArgumentNullException.ThrowIfNull(states);
        ShapeGuard.RequireWidth(states, nameof(states), _directions.size(1));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var centred = states.detach().to(ScalarType.Float64).cpu() - _mean; // […, D]
        return nn.functional.linear(centred, _directions).MoveToOuterDisposeScope(); // […, count]
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _mean.Dispose();
        _directions.Dispose();
    }

    /// <summary>The directions, [count, D], each with its entry of the largest magnitude positive.</summary>
    internal static Tensor WithFixedSigns(Tensor directions)
    {
        var largest = directions.abs().argmax(1, keepdim: true); // [count, 1]
        return directions * directions.gather(1, largest).sign(); // [count, D]
    }
}
