using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>A random segment of six rows: right and wrong ones, one without labels, some halted.</summary>
internal sealed class RandomSegment
{
    public const int Rows = 6;
    public const int Tokens = 5;
    public const int Vocabulary = 4;

    /// <summary>The row without a label.</summary>
    public const int Unlabelled = 2;

    public RandomSegment(int seed)
    {
        var random = new Random(seed);
        Logits = [.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Range(0, Tokens).Select(_ => Normal(random, Vocabulary)).ToArray())];
        Labels = [.. Logits.Select((row, index) => row.Select((logits, token) => Label(random, index, token, logits)).ToArray())];
        QHalt = Normal(random, Rows);
        QContinue = Normal(random, Rows);
        ContinueTarget = [.. Enumerable.Range(0, Rows).Select(_ => random.NextDouble())];
        Segments = [.. Enumerable.Range(0, Rows).Select(_ => random.Next(1, 9))];
        Halted = [.. Enumerable.Range(0, Rows).Select(row => row == Unlabelled || random.Next(2) == 0)];
    }

    public double[][][] Logits { get; }

    public int[][] Labels { get; }

    public double[] QHalt { get; }

    public double[] QContinue { get; }

    public double[] ContinueTarget { get; }

    public int[] Segments { get; }

    public bool[] Halted { get; }

    public Tensor LabelTensor() => tensor([.. Labels.SelectMany(row => row)], [Rows, Tokens], ScalarType.Int32);

    public Tensor TargetTensor() => tensor(ContinueTarget, ScalarType.Float32);

    public HrmOutput Output() => new(
        tensor([.. Logits.SelectMany(row => row).SelectMany(token => token)], [Rows, Tokens, Vocabulary], ScalarType.Float32).requires_grad_(true),
        tensor(QHalt, ScalarType.Float32).requires_grad_(true),
        tensor(QContinue, ScalarType.Float32).requires_grad_(true),
        new HrmCarry(zeros(1), zeros(1)));

    public LossResult Compute(HrmLoss loss, HrmOutput output, bool withTarget)
        => loss.Compute(output, LabelTensor(), tensor(Segments), tensor(Halted), withTarget ? TargetTensor() : null);

    /// <summary>The reference of the loss and of the metrics, in the order of <see cref="MetricSums"/>, one row at a time.</summary>
    public (double Total, double[] Metrics) Naive(TokenLossKind kind, bool withTarget)
    {
        var (total, metrics) = (0.0, new double[8]);
        for (var row = 0; row < Rows; row++)
        {
            var (logits, labels) = (Logits[row], Labels[row]);
            var labelled = labels.Count(label => label != PuzzleBatch.IgnoredLabel);
            var right = labels.Where((label, token) => label == Array.IndexOf(logits[token], logits[token].Max())).Count();
            var isRight = right == labelled;
            var tokenLoss = labels.Select((label, token) => NaiveTokenLoss.Of(kind, logits[token], label)).Sum() / Math.Max(1, labelled);
            var haltLoss = BinaryCrossEntropy(QHalt[row], isRight ? 1 : 0);
            var continueLoss = withTarget ? BinaryCrossEntropy(QContinue[row], ContinueTarget[row]) : 0;
            total += tokenLoss + (0.5 * (haltLoss + continueLoss));
            metrics[5] += tokenLoss;
            metrics[6] += haltLoss;
            metrics[7] += continueLoss;
            if (Halted[row] && labelled > 0)
            {
                metrics[0] += 1;
                metrics[1] += (double)right / labelled;
                metrics[2] += isRight ? 1 : 0;
                metrics[3] += QHalt[row] >= 0 == isRight ? 1 : 0;
                metrics[4] += Segments[row];
            }
        }

        return (total, metrics);
    }

    private static double BinaryCrossEntropy(double logit, double target)
    {
        var probability = 1 / (1 + Math.Exp(-logit));
        return -((target * Math.Log(probability)) + ((1 - target) * Math.Log(1 - probability)));
    }

    /// <summary>Half of the rows have the right answer; with random labels almost no row would.</summary>
    private static int Label(Random random, int row, int token, double[] logits)
    {
        var drawn = random.Next(Vocabulary);
        return row == Unlabelled || token == row % Tokens ? PuzzleBatch.IgnoredLabel
            : row % 2 == 0 ? Array.IndexOf(logits, logits.Max())
            : drawn;
    }

    private static double[] Normal(Random random, int count)
        => [.. Enumerable.Range(0, count).Select(_ => (double)(float)((random.NextDouble() - 0.5) * 6))];
}
