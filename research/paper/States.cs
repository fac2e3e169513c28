using Hrm.Core;
using Hrm.Training;

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
    public static States Of(HrmModel model, LabDataset test, int puzzles, int segments, CancellationToken cancellation)
    {
        using var study = StateStudy.Run(model, Sample(test, puzzles), segments, cancellationToken: cancellation);
        return new States(study.Examples, study.Residuals, study.High.ParticipationRatio, study.Low.ParticipationRatio);
    }

    /// <summary>Examples evenly over a dataset, whose order may have a meaning.</summary>
    public static IPuzzleDataset Sample(LabDataset dataset, int count)
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
