using Hrm.Core;

namespace Hrm.Training.Tests;

/// <summary>The token losses as their formulas read, one number at a time in float64: the reference of the tests.</summary>
internal static class NaiveTokenLoss
{
    public static double Of(TokenLossKind kind, ReadOnlySpan<double> logits, int label)
    {
        if (label == PuzzleBatch.IgnoredLabel)
        {
            return 0;
        }

        return kind == TokenLossKind.Softmax ? Softmax(logits, label) : Stablemax(logits, label);
    }

    /// <summary>The gradient of the loss, by central differences.</summary>
    public static double[] Gradient(TokenLossKind kind, ReadOnlySpan<double> logits, int label)
    {
        var gradient = new double[logits.Length];
        for (var i = 0; i < gradient.Length; i++)
        {
            var (above, below) = (logits.ToArray(), logits.ToArray());
            var step = 1e-5 * Math.Max(1, Math.Abs(logits[i]));
            above[i] += step;
            below[i] -= step;
            gradient[i] = (Of(kind, above, label) - Of(kind, below, label)) / (2 * step);
        }

        return gradient;
    }

    private static double Softmax(ReadOnlySpan<double> logits, int label)
    {
        var largest = double.NegativeInfinity;
        foreach (var logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - largest);
        }

        return Math.Log(sum) - (logits[label] - largest);
    }

    private static double Stablemax(ReadOnlySpan<double> logits, int label)
    {
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Growth(logit);
        }

        return -Math.Log(Growth(logits[label]) / sum);

        static double Growth(double x) => x < 0 ? 1 / (1 - x + 1e-30) : x + 1;
    }
}
