using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>Solves Sudokus with a trained model. <see cref="SudokuSearch"/> is the exact solver.</summary>
/// <remarks>As thread-safe as the underlying solver, which the caller still owns.</remarks>
/// <example><code>
/// using var solver = HrmSolver.Load("my-model");
/// var answer = new SudokuSolver(solver).Solve(".7.9.8..4.....263.134.6.....8.3.4...3......2...5..6713867.1.9....9....725.3.79...");
/// Console.WriteLine($"{answer.Answer} {(answer.IsSolution ? "solves it" : "is wrong")}");
/// </code></example>
public sealed class SudokuSolver
{
    private readonly SudokuTask _task;
    private readonly PuzzleSolver<SudokuGrid, SudokuGrid> _solver;

    /// <summary>Creates the solver.</summary>
    /// <param name="solver">The model's solver, with one token per cell; the caller still owns it.</param>
    /// <param name="shape">The shape of the grids; by default the usual one for the size of the model: 9×9 for 81 tokens.</param>
    /// <exception cref="ShapeMismatchException">The model has other numbers of tokens or token values.</exception>
    public SudokuSolver(HrmSolver solver, SudokuShape? shape = null)
    {
        ArgumentNullException.ThrowIfNull(solver);
        _task = new SudokuTask(shape ?? ShapeOf(solver.Config.SequenceLength));
        _solver = new PuzzleSolver<SudokuGrid, SudokuGrid>(solver, _task);
    }

    /// <summary>The shape of the grids.</summary>
    public SudokuShape Shape => _task.Shape;

    /// <summary>Solves a Sudoku; waits for the answer.</summary>
    /// <param name="question">The givens row by row; '.' or '0' is a blank.</param>
    /// <exception cref="PuzzleFormatException">Another length or character; names the position.</exception>
    /// <exception cref="SudokuRuleException">Conflicting givens; names the cells.</exception>
    public PuzzleAnswer<SudokuGrid> Solve(string question) => _solver.Solve(_task.Parse(question));

    /// <summary>Solves a Sudoku; waits for the answer.</summary>
    /// <param name="question">The givens.</param>
    /// <exception cref="SudokuRuleException">Conflicting givens; names the cells.</exception>
    /// <exception cref="ArgumentException">A grid of another shape.</exception>
    public PuzzleAnswer<SudokuGrid> Solve(SudokuGrid question) => _solver.Solve(SudokuTask.RequireNoConflict(question));

    /// <summary>Solves a Sudoku.</summary>
    /// <param name="question">The givens.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="SudokuRuleException">At the call: conflicting givens; names the cells.</exception>
    /// <exception cref="ArgumentException">A grid of another shape.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task<PuzzleAnswer<SudokuGrid>> SolveAsync(SudokuGrid question, CancellationToken cancellationToken = default)
        => _solver.SolveAsync(SudokuTask.RequireNoConflict(question), cancellationToken);

    /// <summary>Solves a Sudoku, and reports the intermediate prediction after each segment.</summary>
    /// <param name="question">The givens.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="SudokuRuleException">At the call: conflicting givens; names the cells.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IAsyncEnumerable<PuzzleTrace<SudokuGrid>> TraceAsync(SudokuGrid question, CancellationToken cancellationToken = default)
        => _solver.TraceAsync(SudokuTask.RequireNoConflict(question), cancellationToken);

    private static SudokuShape ShapeOf(int cells)
    {
        var side = (int)Math.Round(Math.Sqrt(cells));
        try
        {
            return side * side == cells ? SudokuShape.OfSide(side) : throw Misfit();
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Misfit();
        }

        ShapeMismatchException Misfit() => new("solver", "a model of the cells of a Sudoku", $"one of {cells} tokens");
    }
}
