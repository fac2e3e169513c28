namespace Hrm.Core;

/// <summary>A training example: tokens and labels of the same length, and a puzzle id.</summary>
public sealed class PuzzleExample
{
    /// <summary>Creates an example.</summary>
    /// <param name="inputs">The tokens, seq_len; kept, not copied.</param>
    /// <param name="labels">The labels, seq_len; kept, not copied.</param>
    /// <param name="puzzleId">The puzzle id.</param>
    public PuzzleExample(int[] inputs, int[] labels, int puzzleId = 0)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(labels);
        Inputs = inputs;
        Labels = labels;
        PuzzleId = puzzleId;
    }

    /// <summary>The tokens, seq_len.</summary>
    public int[] Inputs { get; }

    /// <summary>The labels, seq_len; <see cref="PuzzleBatch.IgnoredLabel"/> for tokens that do not count.</summary>
    public int[] Labels { get; }

    /// <summary>The puzzle id.</summary>
    public int PuzzleId { get; }
}

/// <summary>
/// A puzzle of a dataset with its variants; an epoch draws one of them. A variant is a list of examples with the same id: one
/// example for a Sudoku or a maze, the demonstration pairs for an ARC task.
/// </summary>
public sealed class PuzzleGroup
{
    /// <summary>Creates a group.</summary>
    /// <param name="puzzles">The variants, each a list of examples with the same id; none is empty.</param>
    public PuzzleGroup(IReadOnlyList<IReadOnlyList<PuzzleExample>> puzzles)
    {
        ArgumentNullException.ThrowIfNull(puzzles);
        Puzzles = puzzles;
    }

    /// <summary>The variants, each a list of examples with the same id.</summary>
    public IReadOnlyList<IReadOnlyList<PuzzleExample>> Puzzles { get; }

    /// <summary>A group of one puzzle of one example.</summary>
    /// <param name="example">The example.</param>
    public static PuzzleGroup Of(PuzzleExample example)
    {
        ArgumentNullException.ThrowIfNull(example);
        return new PuzzleGroup([[example]]);
    }

    /// <summary>A group of variants of one example each: a puzzle and its augmentations.</summary>
    /// <param name="variants">The examples.</param>
    public static PuzzleGroup Of(IEnumerable<PuzzleExample> variants)
    {
        ArgumentNullException.ThrowIfNull(variants);
        return new PuzzleGroup([.. variants.Select(variant => (IReadOnlyList<PuzzleExample>)[variant])]);
    }

    /// <summary>A group of an example and random variants of it.</summary>
    /// <param name="example">The example, the first of the group.</param>
    /// <param name="augmentation">Makes a variant; for example the task.</param>
    /// <param name="variants">The number of variants; some may be equal.</param>
    /// <param name="random">The random source.</param>
    public static PuzzleGroup Augmented(PuzzleExample example, IExampleAugmentation augmentation, int variants, Random random)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(augmentation);
        ArgumentOutOfRangeException.ThrowIfNegative(variants);
        ArgumentNullException.ThrowIfNull(random);
        return Of(Enumerable.Range(0, variants).Select(_ => Vary()).Prepend(example));

        PuzzleExample Vary()
        {
            int[] inputs = [.. example.Inputs];
            int[] labels = [.. example.Labels];
            augmentation.Augment(inputs, labels, random);
            return new PuzzleExample(inputs, labels, example.PuzzleId);
        }
    }
}
