using Hrm.Core;

namespace Hrm.Training.Tests;

/// <summary>The loss of a segment and its metrics row by row, as SPEC.md words them: the reference of the tests.</summary>
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
