using Hrm.Core;

namespace Hrm.Training.Tests;

/// <summary>The reference of the token losses: their formulas, one token at a time, in float64.</summary>
internal static class NaiveTokenLoss
{
    public static double Of(TokenLossKind kind, double[] logits, int label)
        => label == PuzzleBatch.IgnoredLabel ? 0 : kind == TokenLossKind.Softmax ? Softmax(logits, label) : Stablemax(logits, label);

    /// <summary>The gradient of the loss, by central differences.</summary>
    public static double[] Gradient(TokenLossKind kind, double[] logits, int label)
    {
        var gradient = new double[logits.Length];
        for (var i = 0; i < gradient.Length; i++)
        {
            var (above, below) = ((double[])[.. logits], (double[])[.. logits]);
            var step = 1e-5 * Math.Max(1, Math.Abs(logits[i]));
            above[i] += step;
            below[i] -= step;
            gradient[i] = (Of(kind, above, label) - Of(kind, below, label)) / (2 * step);
        }

        return gradient;
    }

    private static double Softmax(double[] logits, int label)
    {
        var largest = logits.Max();
        return Math.Log(logits.Sum(logit => Math.Exp(logit - largest))) - (logits[label] - largest);
    }

    private static double Stablemax(double[] logits, int label)
    {
        return -Math.Log(Growth(logits[label]) / logits.Sum(Growth));

        static double Growth(double x) => x < 0 ? 1 / (1 - x + 1e-30) : x + 1;
    }
}
