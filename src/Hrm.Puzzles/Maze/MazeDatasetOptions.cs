using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>What of a list of mazes becomes a dataset.</summary>
public sealed class MazeDatasetOptions : IValidatedOptions
{
    /// <summary>
    /// The number of training mazes, drawn at random without replacement; <see langword="null"/> (default) takes all, in their order.
    /// So does a number that is not below what there is. At least 1.
    /// </summary>
    public int? TrainingPuzzles { get; set; }

    /// <summary>
    /// Whether a training maze comes with its rotations and reflections, in the order of <see cref="DihedralTransform.All"/>, as
    /// puzzles of one group: eight, or four of a shape that is not square. Default <see langword="false"/>, as in the paper. Test mazes always come alone.
    /// </summary>
    public bool Augment { get; set; }

    /// <summary>The fewest cells of a path, start and goal included, in both parts; mazes below are left out. Default 0.</summary>
    public int MinimumPathCells { get; set; }

    /// <summary>
    /// Whether only the first of the mazes of a part stays that have the same walls, also when turned or mirrored. Default
    /// <see langword="false"/>.
    /// </summary>
    public bool DropDuplicates { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(TrainingPuzzles), TrainingPuzzles ?? 1, 1, int.MaxValue)
        .Between(nameof(MinimumPathCells), MinimumPathCells, 0, int.MaxValue)
        .Errors;
}
