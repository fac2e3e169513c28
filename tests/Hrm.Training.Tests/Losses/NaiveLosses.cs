using Hrm.Core;

namespace Hrm.Training.Tests;

/// <summary>The reference of the token losses: their formulas, one token at a time, in float64.</summary>
internal static class NaiveTokenLoss
{
    public static double Of(TokenLossKind kind, double[] logits, int label)
    {
        if (label == PuzzleBatch.IgnoredLabel)
        {
            return 0;
        }

        return kind == TokenLossKind.Softmax ? Softmax(logits, label) : Stablemax(logits, label);
    }

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

/// <summary>The reference of the loss and the metrics of a segment, one row at a time.</summary>
internal sealed class NaiveHrmLoss(TokenLossKind kind)
{
    public double Total { get; private set; }

    /// <summary>In the order of <see cref="MetricSums"/>.</summary>
    public double[] Metrics { get; } = new double[8];

    public void AddRow(double[][] logits, int[] labels, double qHalt, double qContinue, int segments, bool halted, double? continueTarget)
    {
        var labelled = labels.Count(label => label != PuzzleBatch.IgnoredLabel);
        var right = labels.Where((label, token) => label == Array.IndexOf(logits[token], logits[token].Max())).Count();
        var isRight = right == labelled;
        var tokenLoss = labels.Select((label, token) => NaiveTokenLoss.Of(kind, logits[token], label)).Sum() / Math.Max(1, labelled);
        var haltLoss = BinaryCrossEntropy(qHalt, isRight ? 1 : 0);
        var continueLoss = continueTarget is { } target ? BinaryCrossEntropy(qContinue, target) : 0;
        Total += tokenLoss + (0.5 * (haltLoss + continueLoss));
        Metrics[5] += tokenLoss;
        Metrics[6] += haltLoss;
        Metrics[7] += continueLoss;
        if (halted && labelled > 0)
        {
            Metrics[0] += 1;
            Metrics[1] += (double)right / labelled;
            Metrics[2] += isRight ? 1 : 0;
            Metrics[3] += qHalt >= 0 == isRight ? 1 : 0;
            Metrics[4] += segments;
        }
    }

    private static double BinaryCrossEntropy(double logit, double target)
    {
        var probability = 1 / (1 + Math.Exp(-logit));
        return -((target * Math.Log(probability)) + ((1 - target) * Math.Log(1 - probability)));
    }
}
