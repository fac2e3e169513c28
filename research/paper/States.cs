using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using static TorchSharp.torch;

namespace Hrm.Paper;

/// <summary>Residual of each update of a model, and participation ratios of zH and zL.</summary>
internal sealed record States(int Puzzles, IReadOnlyList<UpdateResidual> Residuals, double High, double Low)
{
    /// <summary>Measures the states of a model for some puzzles, evenly over a dataset.</summary>
    public static States Of(HrmModel model, NamedDataset test, int puzzles, int segments, CancellationToken cancellation)
    {
        var sample = Sample(test, puzzles);
        using var study = StateStudy.Run(model, sample, segments, cancellation: cancellation);
        return new States(sample.ExampleCount, study.Residuals, study.High.ParticipationRatio, study.Low.ParticipationRatio);
    }

    /// <summary>Examples evenly over a dataset, because its order may have a meaning.</summary>
    public static IPuzzleDataset Sample(NamedDataset dataset, int count)
    {
        var all = dataset.Examples.ExampleCount;
        var taken = Math.Min(count, all);
        return new InMemoryPuzzleDataset(
            Enumerable.Range(0, taken).Select(index =>
            {
                var example = (int)((long)index * all / taken);
                var (inputs, labels) = dataset.Read(example);
                return new PuzzleExample(inputs, labels, dataset.Examples.PuzzleIds[dataset.PuzzleOf(example)]);
            }),
            dataset.Examples.VocabularySize,
            dataset.Examples.PuzzleIdCount);
    }
}

/// <summary>The path of both states of one token, each in the plane in which the states of many puzzles vary most.</summary>
/// <param name="High">The position of zH after each of its updates.</param>
/// <param name="Low">The position of zL after each of its updates.</param>
/// <param name="HighShare">The share of zH's variance in its plane.</param>
/// <param name="LowShare">The share of zL's variance in its plane.</param>
internal sealed record Trajectory(IReadOnlyList<double[]> High, IReadOnlyList<double[]> Low, double HighShare, double LowShare)
{
    /// <summary>Follows the token of the first blank of the first puzzle.</summary>
    public static Trajectory Of(HrmModel model, NamedDataset test, int puzzles, int segments, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var study = StateStudy.Run(model, States.Sample(test, puzzles), segments, cancellation: cancellation);
        var (high, highShares) = study.High.Components(2); // [2, D]
        var (low, lowShares) = study.Low.Components(2); // [2, D]
        var (ofHigh, ofLow) = (new List<double[]>(), new List<double[]>());
        var (inputs, _) = test.Read(0);
        var token = model.Config.PrefixLength + Math.Max(0, Array.IndexOf(inputs, SudokuTask.BlankToken));
        var listener = model.Recurrence.Updated;
        try
        {
            model.Recurrence.Updated = update =>
            {
                using var place = (update.IsHigh ? study.High : study.Low).Project(update.After[0, token], update.IsHigh ? high : low); // [2]
                (update.IsHigh ? ofHigh : ofLow).Add(place.data<double>().ToArray());
            };
            new Evaluator(model, segments, batchSize: 1).Observe(States.Sample(test, 1), _ => { }, cancellationToken: cancellation);
        }
        finally
        {
            model.Recurrence.Updated = listener;
        }

        return new Trajectory(ofHigh, ofLow, highShares.Sum(), lowShares.Sum());
    }
}
