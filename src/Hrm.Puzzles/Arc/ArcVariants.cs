using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>A task with its place in a dataset: its augmentations and their ids.</summary>
/// <param name="Task">The task.</param>
/// <param name="IsEvaluation">Whether its test pairs are for the test split.</param>
/// <param name="Augmentations">The variants, the identity first.</param>
/// <param name="FirstId">The id of the first variant; the others follow.</param>
/// <param name="Chance">Where the places of the train split come from.</param>
internal sealed record ArcVariants(ArcTask Task, bool IsEvaluation, IReadOnlyList<ArcAugmentation> Augmentations, int FirstId, StatefulRandom Chance)
{
    /// <summary>The pairs that are trained on.</summary>
    public IReadOnlyList<ArcPair> TrainPairs { get; } = IsEvaluation ? Task.Train : [.. Task.Train, .. Task.Test];

    /// <summary>The group of the train split.</summary>
    /// <param name="translate">Whether examples are moved.</param>
    public PuzzleGroup ToTrainGroup(bool translate)
    {
        // A stream without a state of its own: the group is the same each time it is made.
        var random = Chance.Split(0);
        return new PuzzleGroup(Variants((augmentation, id) =>
        {
            var unmoved = random.Next(TrainPairs.Count);
            return [.. TrainPairs.Select((pair, index) => ToExample(augmentation.Apply(pair), id, translate && index != unmoved ? random : null))];
        }));
    }

    /// <summary>The group of the test split.</summary>
    public PuzzleGroup ToTestGroup() => new(Variants((augmentation, id) =>
        [.. Task.Test.Select(pair => ToExample(augmentation.Apply(pair), id, null))]));

    private static PuzzleExample ToExample(ArcPair pair, int id, Random? random)
    {
        var (row, column) = random is null ? (0, 0) : ArcTranslation.Draw(pair.Input, pair.Output, random);
        return ArcEncoding.ToExample(pair, id, row, column);
    }

    private IReadOnlyList<PuzzleExample>[] Variants(Func<ArcAugmentation, int, IReadOnlyList<PuzzleExample>> make) =>
        [.. Augmentations.Select((augmentation, index) => make(augmentation, FirstId + index))];
}
