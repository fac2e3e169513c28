using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using static TorchSharp.torch;

namespace Hrm.Paper;

/// <summary>The way of both states of one puzzle through the plane in which those of many spread most.</summary>
/// <param name="High">The places of zH after each of its updates, of one token.</param>
/// <param name="Low">Those of zL.</param>
/// <param name="HighShare">The share of zH's variance that the plane has.</param>
/// <param name="LowShare">That of zL's.</param>
internal sealed record Trajectory(IReadOnlyList<double[]> High, IReadOnlyList<double[]> Low, double HighShare, double LowShare)
{
    /// <summary>Watches the token of the first blank of the first puzzle, in the plane of many.</summary>
    public static Trajectory Of(HrmModel model, LabDataset test, int puzzles, int segments, CancellationToken cancellation)
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
