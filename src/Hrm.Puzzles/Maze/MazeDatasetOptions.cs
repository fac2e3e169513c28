using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>Options of <see cref="MazeDatasetBuilder"/>.</summary>
public sealed class MazeDatasetOptions : IValidatedOptions
{
    /// <summary>
    /// Number of training mazes, drawn at random without replacement. <see langword="null"/> (default), or at least the number of
    /// available mazes: all of them, in their order. At least 1.
    /// </summary>
    public int? TrainingPuzzles { get; set; }

    /// <summary>
    /// Whether the group of a training maze contains its rotations and reflections, in the order of <see cref="DihedralTransform.All"/>:
    /// eight puzzles, or four if the shape is not square. Default <see langword="false"/>, as in the paper.
    /// </summary>
    public bool Augment { get; set; }

    /// <summary>Minimum number of path cells, including start and goal, in both parts. Default 0.</summary>
    public int MinimumPathCells { get; set; }

    /// <summary>
    /// Whether mazes are dropped whose walls equal those of an earlier maze of the part, up to rotation and reflection. Default
    /// <see langword="false"/>.
    /// </summary>
    public bool DropDuplicates { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(TrainingPuzzles), TrainingPuzzles ?? 1, 1, int.MaxValue)
        .Between(nameof(MinimumPathCells), MinimumPathCells, 0, int.MaxValue)
        .Errors;
}
