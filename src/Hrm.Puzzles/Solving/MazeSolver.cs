using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>Finds paths through mazes with a trained model. <see cref="MazePathFinder"/> is the exact algorithm.</summary>
/// <remarks>As thread-safe as the underlying solver, which the caller owns.</remarks>
public sealed class MazeSolver
{
    private readonly PuzzleSolver<MazeGrid, MazeAnswer> _solver;

    /// <summary>Creates the solver.</summary>
    /// <param name="solver">The model's solver, with as many tokens as the shape has cells; owned by the caller.</param>
    /// <param name="shape">The shape of the mazes; by default a square of the model's size.</param>
    /// <exception cref="ShapeMismatchException">The model's sizes are not those of the mazes.</exception>
    /// <exception cref="PuzzleFormatException">No shape is given, and the model's number of tokens is not a square.</exception>
    public MazeSolver(HrmSolver solver, MazeShape? shape = null)
    {
        ArgumentNullException.ThrowIfNull(solver);
        Shape = shape ?? MazeShape.OfCells(solver.Config.SequenceLength);
        _solver = new PuzzleSolver<MazeGrid, MazeAnswer>(solver, new MazeTask(Shape));
    }

    /// <summary>The shape of the mazes.</summary>
    public MazeShape Shape { get; }

    /// <summary>Finds a path and blocks until the answer is there.</summary>
    /// <param name="question">The maze row by row: '#' wall, ' ' free, 'S' start, 'G' goal.</param>
    /// <exception cref="PuzzleFormatException">The length or a character is not valid, or there is not exactly one start and one goal.</exception>
    public PuzzleAnswer<MazeAnswer> Solve(string question) => Solve(MazeGrid.Parse(question, Shape));

    /// <summary>Finds a path and blocks until the answer is there.</summary>
    /// <param name="question">The maze.</param>
    /// <exception cref="ArgumentException">The maze has another shape.</exception>
    public PuzzleAnswer<MazeAnswer> Solve(MazeGrid question) => _solver.Solve(question);

    /// <summary>Finds a path.</summary>
    /// <param name="question">The maze.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ArgumentException">The maze has another shape.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<PuzzleAnswer<MazeAnswer>> SolveAsync(MazeGrid question, CancellationToken cancellationToken = default)
        => _solver.SolveAsync(question, cancellationToken);

    /// <summary>Finds a path and streams the intermediate prediction after each segment.</summary>
    /// <param name="question">The maze.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ArgumentException">The maze has another shape.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IAsyncEnumerable<PuzzleTrace<MazeAnswer>> TraceAsync(MazeGrid question, CancellationToken cancellationToken = default)
        => _solver.TraceAsync(question, cancellationToken);
}
