using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Builds maze datasets like the authors' builder: one group per maze, optionally with its rotations and reflections. Every example has
/// puzzle id 0.
/// </summary>
public sealed class MazeDatasetBuilder
{
    private readonly int? _trainingPuzzles;
    private readonly int _minimumPathCells;
    private readonly bool _augment;
    private readonly bool _dropDuplicates;

    /// <summary>Creates a builder.</summary>
    /// <param name="shape">The shape of every maze.</param>
    /// <param name="options">The options, read once; by default every maze unchanged.</param>
    /// <exception cref="InvalidConfigException">Options are out of range; the message lists each.</exception>
    public MazeDatasetBuilder(MazeShape shape, MazeDatasetOptions? options = null)
    {
        options ??= new MazeDatasetOptions();
        InvalidConfigException.ThrowIfInvalid("maze dataset options", options);

        Task = new MazeTask(shape);
        _trainingPuzzles = options.TrainingPuzzles;
        _minimumPathCells = options.MinimumPathCells;
        _augment = options.Augment;
        _dropDuplicates = options.DropDuplicates;
    }

    /// <summary>The shape of every maze.</summary>
    public MazeShape Shape => Task.Shape;

    /// <summary>The encoding of the examples.</summary>
    public MazeTask Task { get; }

    /// <summary>Builds the training part.</summary>
    /// <param name="puzzles">The mazes.</param>
    /// <param name="random">The random source that draws the mazes, if not all are taken.</param>
    /// <returns>One group per maze, made lazily: first the unchanged maze, then its variants.</returns>
    /// <exception cref="PuzzleFormatException">A maze has another shape; the message names its line.</exception>
    public IEnumerable<PuzzleGroup> BuildTraining(IEnumerable<MazePuzzle> puzzles, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var taken = Take(puzzles);
        if (_trainingPuzzles < taken.Length)
        {
            random.ShuffleStably(taken.AsSpan());
            taken = taken[.._trainingPuzzles.Value];
        }

        return taken.Select(puzzle => ToGroup(puzzle, _augment));
    }

    /// <summary>Builds the test part, without augmentation and random selection.</summary>
    /// <param name="puzzles">The mazes.</param>
    /// <returns>One group per maze.</returns>
    /// <exception cref="PuzzleFormatException">A maze has another shape; the message names its line.</exception>
    public IEnumerable<PuzzleGroup> BuildTest(IEnumerable<MazePuzzle> puzzles) =>
        Take(puzzles).Select(puzzle => ToGroup(puzzle, augment: false));

    private MazePuzzle[] Take(IEnumerable<MazePuzzle> puzzles)
    {
        ArgumentNullException.ThrowIfNull(puzzles);
        var taken = new List<MazePuzzle>();
        foreach (var puzzle in puzzles)
        {
            if (puzzle.Shape != Shape)
            {
                throw new PuzzleFormatException(
                    $"expected a maze of {Shape}, got one of {puzzle.Shape}", line: puzzle.Line, field: PuzzleCsv.Question);
            }

            if (puzzle.PathCells >= _minimumPathCells)
            {
                taken.Add(puzzle);
            }
        }

        return _dropDuplicates ? [.. taken.DistinctBy(puzzle => puzzle.Question.Layout.ToCanonical())] : [.. taken];
    }

    private PuzzleGroup ToGroup(MazePuzzle puzzle, bool augment)
    {
        var example = Task.ToExample(puzzle);
        return augment
            ? PuzzleGroup.Of(Shape.Symmetries.Select(symmetry => Task.Transform(example, symmetry)))
            : PuzzleGroup.Of(example);
    }
}

/// <summary>Options of a maze dataset.</summary>
public sealed class MazeDatasetOptions : IValidatedOptions
{
    /// <summary>
    /// The number of training mazes, drawn without replacement; at least 1. <see langword="null"/> (default), or a number that is not
    /// below the number of mazes, takes all in their order.
    /// </summary>
    public int? TrainingPuzzles { get; set; }

    /// <summary>
    /// Whether a training maze comes with its rotations and reflections as puzzles of one group, in the order of
    /// <see cref="DihedralTransform.All"/>. Default <see langword="false"/>, as in the paper. Test mazes are never augmented.
    /// </summary>
    public bool Augment { get; set; }

    /// <summary>The fewest cells of a path, start and goal included; mazes below are left out of both parts. Default 0.</summary>
    public int MinimumPathCells { get; set; }

    /// <summary>
    /// Whether only the first maze per layout stays in a part, rotated or reflected layouts included. Default <see langword="false"/>.
    /// </summary>
    public bool DropDuplicates { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(TrainingPuzzles), TrainingPuzzles ?? 1, 1, int.MaxValue)
        .Between(nameof(MinimumPathCells), MinimumPathCells, 0, int.MaxValue)
        .Errors;
}
