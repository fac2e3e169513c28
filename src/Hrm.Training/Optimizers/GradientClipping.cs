using Hrm.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Limits the norm of all gradients together.</summary>
internal static class GradientClipping
{
    /// <summary>
    /// Where the norm is above <paramref name="maxNorm"/>, scales all gradients by <c>maxNorm / norm</c>. A NaN stays where
    /// it is; an infinite norm makes the infinite gradients NaN and the others 0, so that neither passes unseen.
    /// </summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="maxNorm">The largest norm that is left as it is; above 0.</param>
    /// <param name="knownNorm">The norm, where it has been measured already.</param>
    /// <returns>The norm before.</returns>
    public static double Limit(IReadOnlyList<Parameter> parameters, double maxNorm, double? knownNorm = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNorm);
        var norm = knownNorm ?? GradientNorm.Of(parameters);
        if (norm > maxNorm)
        {
            Scale(parameters, maxNorm / norm);
        }

        return norm;
    }

    /// <summary>The same without reading the norm: for a device for which the host would have to wait.</summary>
    /// <param name="parameters">The parameters, all on one device.</param>
    /// <param name="maxNorm">The largest norm that is left as it is; above 0.</param>
    /// <returns>[], float64: the norm before, on the device, in the caller's dispose scope.</returns>
    public static Tensor LimitWithoutWaiting(IReadOnlyList<Parameter> parameters, double maxNorm)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNorm);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var limit = maxNorm.ToScalar();
        var norm = GradientNorm.OnDevice(parameters); // []
        var factor = where(norm.gt(limit), norm.reciprocal().mul_(limit), ones_like(norm)).to_type(ScalarType.Float32); // []
        foreach (var parameter in parameters)
        {
            parameter.grad?.mul_(factor);
        }

        return norm.MoveToOuterDisposeScope();
    }

    /// <summary>Multiplies every gradient in place.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="factor">The factor.</param>
    public static void Scale(IReadOnlyList<Parameter> parameters, double factor)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var scalar = factor.ToScalar();
        foreach (var parameter in parameters)
        {
            parameter.grad?.mul_(scalar);
        }
    }
}
