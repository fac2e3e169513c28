using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using static TorchSharp.torch;

namespace Hrm.Paper;

/// <summary>What the states of a model do.</summary>
/// <param name="Puzzles">The number of puzzles.</param>
/// <param name="Residuals">How far each update moves its state.</param>
/// <param name="High">The participation ratio of zH.</param>
/// <param name="Low">That of zL.</param>
internal sealed record States(int Puzzles, IReadOnlyList<UpdateResidual> Residuals, double High, double Low)
{
    /// <summary>Watches a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="test">The puzzles.</param>
    /// <param name="puzzles">How many of them, evenly over all.</param>
    /// <param name="segments">How long.</param>
    /// <param name="cancellation">Stops it.</param>
    public static States Of(HrmModel model, NamedDataset test, int puzzles, int segments, CancellationToken cancellation)
    {
        using var study = StateStudy.Run(model, Sample(test, puzzles), segments, cancellationToken: cancellation);
        return new States(study.Examples, study.Residuals, study.High.ParticipationRatio, study.Low.ParticipationRatio);
    }

    /// <summary>Examples evenly over a dataset, whose order may have a meaning.</summary>
    public static IPuzzleDataset Sample(NamedDataset dataset, int count)
    {
        var all = dataset.Examples.ExampleCount;
        var taken = Math.Min(count, all);
        return new InMemoryPuzzleDataset(
            Enumerable.Range(0, taken).Select(place =>
            {
                var example = (int)((long)place * all / taken);
                var (inputs, labels) = dataset.Read(example);
                return new PuzzleExample(inputs, labels, dataset.Examples.PuzzleIds[dataset.PuzzleOf(example)]);
            }),
            dataset.Examples.VocabularySize,
            dataset.Examples.PuzzleIdCount);
    }
}

/// <summary>The way of both states of one puzzle through the plane in which those of many spread most.</summary>
/// <param name="High">The places of zH after each of its updates, of one token.</param>
/// <param name="Low">Those of zL.</param>
/// <param name="HighShare">The share of zH's variance that the plane has.</param>
/// <param name="LowShare">That of zL's.</param>
internal sealed record Trajectory(IReadOnlyList<double[]> High, IReadOnlyList<double[]> Low, double HighShare, double LowShare)
{
    /// <summary>Watches the token of the first blank of the first puzzle, in the plane of many.</summary>
    public static Trajectory Of(HrmModel model, NamedDataset test, int puzzles, int segments, CancellationToken cancellation)
    {
        using var study = StateStudy.Run(model, States.Sample(test, puzzles), segments, cancellationToken: cancellation);
        using var high = study.High.Components(2);
        using var low = study.Low.Components(2);
        var (ofHigh, ofLow) = (new List<double[]>(), new List<double[]>());
        var (inputs, _) = test.Read(0);
        var token = model.Config.PrefixLength + Math.Max(0, Array.IndexOf(inputs, SudokuTask.BlankToken));
        var listener = model.Recurrence.Updated;
        try
        {
            model.Recurrence.Updated = update =>
            {
                using var place = (update.IsHigh ? high : low).Project(update.After[0, token]); // [2]
                (update.IsHigh ? ofHigh : ofLow).Add(place.data<double>().ToArray());
            };
            new Evaluator(model, segments, batchSize: 1).Evaluate(States.Sample(test, 1), cancellationToken: cancellation);
        }
        finally
        {
            model.Recurrence.Updated = listener;
        }

        return new Trajectory(ofHigh, ofLow, high.Shares.Sum(), low.Shares.Sum());
    }
}
