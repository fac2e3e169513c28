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

    /// <summary>Multiplies every gradient in place.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="factor">The factor.</param>
    public static void Scale(IReadOnlyList<Parameter> parameters, double factor)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var parameter in parameters)
        {
            parameter.grad?.mul_(factor);
        }
    }
}
