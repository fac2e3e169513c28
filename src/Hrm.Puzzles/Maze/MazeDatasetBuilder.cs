namespace Hrm.Puzzles;

/// <summary>
/// Builds the groups of a maze dataset, like the authors' builder: one group per maze, with or without its rotations and reflections.
/// The puzzle id is 0. Holds no state between calls.
/// </summary>
public sealed class MazeDatasetBuilder
{
    private readonly MazeDatasetOptions _options;

    /// <summary>Creates a builder.</summary>
    /// <param name="shape">The shape of every maze.</param>
    /// <param name="options">Which mazes and variants. Default: all mazes without variants.</param>
    /// <exception cref="InvalidConfigException">Options out of their ranges; lists every one.</exception>
    public MazeDatasetBuilder(MazeShape shape, MazeDatasetOptions? options = null)
    {
        _options = options ?? new MazeDatasetOptions();
        InvalidConfigException.ThrowIfInvalid("maze dataset options", _options);
        Task = new MazeTask(shape);
    }

    /// <summary>The task that encodes the mazes.</summary>
    public MazeTask Task { get; }

    /// <summary>Builds the training groups.</summary>
    /// <param name="puzzles">The mazes.</param>
    /// <param name="random">The random source of the draw of <see cref="MazeDatasetOptions.TrainingPuzzles"/>.</param>
    /// <returns>One group per maze: the maze itself, then its variants.</returns>
    /// <exception cref="HrmFormatException">A maze of another shape; names its line.</exception>
    public IEnumerable<PuzzleGroup> BuildTraining(IEnumerable<MazePuzzle> puzzles, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var kept = Keep(puzzles);
        if (_options.TrainingPuzzles < kept.Length)
        {
            random.ShuffleStably(kept.AsSpan());
            kept = kept[.._options.TrainingPuzzles.Value];
        }

        return kept.Select(puzzle => _options.Augment ? PuzzleGroup.Of(Task.VariantsOf(Task.ToExample(puzzle))) : PuzzleGroup.Of(Task.ToExample(puzzle)));
    }

    /// <summary>Builds the test groups, in order and without variants.</summary>
    /// <param name="puzzles">The mazes.</param>
    /// <returns>One group per maze.</returns>
    /// <inheritdoc cref="BuildTraining" path="/exception"/>
    public IEnumerable<PuzzleGroup> BuildTest(IEnumerable<MazePuzzle> puzzles) => Keep(puzzles).Select(puzzle => PuzzleGroup.Of(Task.ToExample(puzzle)));

    private MazePuzzle[] Keep(IEnumerable<MazePuzzle> puzzles)
    {
        ArgumentNullException.ThrowIfNull(puzzles);
        var kept = new List<MazePuzzle>();
        foreach (var puzzle in puzzles)
        {
            if (puzzle.Shape != Task.Shape)
            {
                throw new HrmFormatException($"expected a maze of {Task.Shape}, got one of {puzzle.Shape}", line: puzzle.Line, place: PuzzleCsv.Question);
            }

            if (puzzle.PathCells >= _options.MinimumPathCells)
            {
                kept.Add(puzzle);
            }
        }

        return _options.DropDuplicates ? [.. kept.DistinctBy(puzzle => puzzle.Question.CanonicalLayout())] : [.. kept];
    }
}

/// <summary>Options of <see cref="MazeDatasetBuilder"/>.</summary>
public sealed class MazeDatasetOptions : IValidatedOptions
{
    /// <summary>
    /// Number of training mazes, drawn at random without replacement. <see langword="null"/> (default), or at least the number of
    /// available mazes: all of them, in their order. At least 1.
    /// </summary>
    public int? TrainingPuzzles { get; init; }

    /// <summary>
    /// Whether the group of a training maze contains its rotations and reflections, in the order of the authors' indices: eight puzzles,
    /// or four if the shape is not square. Default <see langword="false"/>, as in the paper.
    /// </summary>
    public bool Augment { get; init; }

    /// <summary>Minimum number of path cells, including start and goal, in both parts. Default 0.</summary>
    public int MinimumPathCells { get; init; }

    /// <summary>
    /// Whether mazes are dropped whose walls equal those of an earlier maze of the part, up to rotation and reflection. Default
    /// <see langword="false"/>.
    /// </summary>
    public bool DropDuplicates { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(TrainingPuzzles), TrainingPuzzles ?? 1, 1, int.MaxValue)
        .Between(nameof(MinimumPathCells), MinimumPathCells, 0, int.MaxValue)
        .Errors;
}
