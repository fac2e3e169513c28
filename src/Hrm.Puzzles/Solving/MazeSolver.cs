using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>Solves mazes with a trained model. <see cref="MazePathFinder"/> is the exact solver.</summary>
/// <remarks>As thread-safe as the underlying solver, which the caller still owns.</remarks>
public sealed class MazeSolver
{
    private readonly MazeTask _task;
    private readonly PuzzleSolver<MazeGrid, MazeGrid> _solver;

    /// <summary>Creates the solver.</summary>
    /// <param name="solver">The model's solver, with one token per cell; the caller still owns it.</param>
    /// <param name="shape">The shape of the mazes; by default the square of the size of the model.</param>
    /// <exception cref="ShapeMismatchException">The model has other numbers of tokens or token values.</exception>
    /// <exception cref="PuzzleFormatException">No shape was given, and the number of tokens is not a square.</exception>
    public MazeSolver(HrmSolver solver, MazeShape? shape = null)
    {
        ArgumentNullException.ThrowIfNull(solver);
        _task = new MazeTask(shape ?? MazeShape.OfCells(solver.Config.SequenceLength));
        _solver = new PuzzleSolver<MazeGrid, MazeGrid>(solver, _task);
    }

    /// <summary>The shape of the mazes.</summary>
    public MazeShape Shape => _task.Shape;

    /// <summary>Solves a maze; waits for the answer.</summary>
    /// <param name="question">The maze row by row: '#' wall, ' ' free, 'S' start, 'G' goal.</param>
    /// <exception cref="PuzzleFormatException">Another length or character, or not one start and one goal; names the cell.</exception>
    public PuzzleAnswer<MazeGrid> Solve(string question) => _solver.Solve(_task.Parse(question));

    /// <summary>Solves a maze; waits for the answer.</summary>
    /// <param name="question">The maze.</param>
    /// <exception cref="PuzzleFormatException">A grid that is not a question; names the cell.</exception>
    /// <exception cref="ArgumentException">A maze of another shape.</exception>
    public PuzzleAnswer<MazeGrid> Solve(MazeGrid question) => _solver.Solve(question);

    /// <summary>Solves a maze.</summary>
    /// <param name="question">The maze.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="PuzzleFormatException">A grid that is not a question; names the cell.</exception>
    /// <exception cref="ArgumentException">A maze of another shape.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task<PuzzleAnswer<MazeGrid>> SolveAsync(MazeGrid question, CancellationToken cancellationToken = default)
        => _solver.SolveAsync(question, cancellationToken);

    /// <summary>Solves a maze, and reports the intermediate prediction after each segment.</summary>
    /// <inheritdoc cref="SolveAsync" path="/param"/>
    /// <inheritdoc cref="SolveAsync" path="/exception"/>
    public IAsyncEnumerable<PuzzleTrace<MazeGrid>> TraceAsync(MazeGrid question, CancellationToken cancellationToken = default)
        => _solver.TraceAsync(question, cancellationToken);
}
