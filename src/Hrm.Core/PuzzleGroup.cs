namespace Hrm.Core;

/// <summary>
/// One puzzle of a dataset with its variants: what an epoch visits once. A variant is itself a puzzle, of examples that share
/// an id: one for a Sudoku or a maze, the demonstration pairs for an ARC task.
/// </summary>
/// <param name="Puzzles">The variants, each a list of examples that share an id; none is empty.</param>
public sealed record PuzzleGroup(IReadOnlyList<IReadOnlyList<PuzzleExample>> Puzzles)
{
    /// <summary>A group of one puzzle of one example.</summary>
    /// <param name="example">The example.</param>
    public static PuzzleGroup Of(PuzzleExample example)
    {
        ArgumentNullException.ThrowIfNull(example);
        return new PuzzleGroup([[example]]);
    }

    /// <summary>A group of puzzles of one example each: a puzzle and its augmentations.</summary>
    /// <param name="variants">The examples.</param>
    public static PuzzleGroup Of(IEnumerable<PuzzleExample> variants)
    {
        ArgumentNullException.ThrowIfNull(variants);
        return new PuzzleGroup([.. variants.Select(variant => (IReadOnlyList<PuzzleExample>)[variant])]);
    }
}
