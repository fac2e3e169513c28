using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

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
