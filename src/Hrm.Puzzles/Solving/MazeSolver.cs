using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>Finds paths through mazes with a trained model. <see cref="MazePathFinder"/> is the exact one.</summary>
/// <remarks>As safe from several threads as the solver beneath, which stays the caller's.</remarks>
public sealed class MazeSolver
{
    private readonly PuzzleSolver<MazeGrid, MazeAnswer> _solver;

    /// <summary>Creates the solver.</summary>
    /// <param name="solver">The model's solver, whose puzzles have as many tokens as the shape has cells; stays the caller's.</param>
    /// <param name="shape">The shape of the mazes; by default the square of the model's size.</param>
    /// <exception cref="ShapeMismatchException">The model was made for other puzzles.</exception>
    /// <exception cref="PuzzleFormatException">No shape was given, and the model's puzzles are no squares.</exception>
    public MazeSolver(HrmSolver solver, MazeShape? shape = null)
    {
        ArgumentNullException.ThrowIfNull(solver);
        Shape = shape ?? MazeShape.OfCells(solver.Config.SequenceLength);
        _solver = new PuzzleSolver<MazeGrid, MazeAnswer>(solver, new MazeTask(Shape));
    }

    /// <summary>The shape of the mazes.</summary>
    public MazeShape Shape { get; }

    /// <summary>Finds a path; waits for the answer.</summary>
    /// <param name="question">The maze row by row: '#' wall, ' ' free, 'S' start, 'G' goal.</param>
    /// <exception cref="PuzzleFormatException">Another length or character, or not one start and one goal; names the cell.</exception>
    public PuzzleAnswer<MazeAnswer> Solve(string question) => Solve(MazeGrid.Parse(question, Shape));

    /// <summary>Finds a path; waits for the answer.</summary>
    /// <param name="question">The maze.</param>
    /// <exception cref="ArgumentException">A maze of another shape.</exception>
    public PuzzleAnswer<MazeAnswer> Solve(MazeGrid question) => _solver.Solve(question);

    /// <summary>Finds a path.</summary>
    /// <param name="question">The maze.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="ArgumentException">A maze of another shape.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task<PuzzleAnswer<MazeAnswer>> SolveAsync(MazeGrid question, CancellationToken cancellationToken = default)
        => _solver.SolveAsync(question, cancellationToken);

    /// <summary>Finds a path, and gives the answer in the making after each segment.</summary>
    /// <param name="question">The maze.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="ArgumentException">A maze of another shape.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IAsyncEnumerable<PuzzleTrace<MazeAnswer>> TraceAsync(MazeGrid question, CancellationToken cancellationToken = default)
        => _solver.TraceAsync(question, cancellationToken);
}
