using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Makes the groups of a maze dataset, as the authors' builder does: a group a maze, alone or with its rotations and reflections;
/// puzzle id 0 for all. Holds no state between calls.
/// </summary>
public sealed class MazeDatasetBuilder
{
    private readonly MazeTask _task;
    private readonly int? _trainingPuzzles;
    private readonly int _minimumPathCells;
    private readonly bool _augment;
    private readonly bool _dropDuplicates;

    /// <summary>Creates a builder.</summary>
    /// <param name="shape">The shape of every maze.</param>
    /// <param name="options">What becomes of the mazes; read once. Default: all of them, as they are.</param>
    /// <exception cref="InvalidConfigException">Options out of their ranges; lists every one.</exception>
    public MazeDatasetBuilder(MazeShape shape, MazeDatasetOptions? options = null)
    {
        options ??= new MazeDatasetOptions();
        InvalidConfigException.ThrowIfInvalid("maze dataset options", options);

        _task = new MazeTask(shape);
        _trainingPuzzles = options.TrainingPuzzles;
        _minimumPathCells = options.MinimumPathCells;
        _augment = options.Augment;
        _dropDuplicates = options.DropDuplicates;
    }

    /// <summary>The shape of every maze.</summary>
    public MazeShape Shape => _task.Shape;

    /// <summary>The tokens that the examples are made of.</summary>
    public MazeTask Task => _task;

    /// <summary>Makes the training part.</summary>
    /// <param name="puzzles">The mazes.</param>
    /// <param name="random">Draws which mazes are taken, if not all are.</param>
    /// <returns>A group a maze, made as they are asked for: first the maze as it is, then its variants.</returns>
    /// <exception cref="PuzzleFormatException">A maze of another shape; names its line.</exception>
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

    /// <summary>Makes the test part: no maze is varied, and none is left out by chance.</summary>
    /// <param name="puzzles">The mazes.</param>
    /// <returns>A group a maze.</returns>
    /// <exception cref="PuzzleFormatException">A maze of another shape; names its line.</exception>
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

        return _dropDuplicates ? [.. taken.DistinctBy(puzzle => MazeCanonicalForm.Of(puzzle.Question))] : [.. taken];
    }

    private PuzzleGroup ToGroup(MazePuzzle puzzle, bool augment)
    {
        var example = _task.ToExample(puzzle);
        return augment
            ? PuzzleGroup.Of(Shape.Symmetries.Select(symmetry => Transform(example, symmetry)))
            : PuzzleGroup.Of(example);
    }

    private PuzzleExample Transform(PuzzleExample example, DihedralTransform symmetry) =>
        new(Transform(example.Inputs, symmetry), Transform(example.Labels, symmetry));

    private int[] Transform(int[] tokens, DihedralTransform symmetry)
    {
        var result = new int[tokens.Length];
        symmetry.Apply<int>(tokens, Shape.Rows, Shape.Columns, result);
        return result;
    }
}
