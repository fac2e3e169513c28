using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>Solves Sudokus with a trained model. <see cref="SudokuSearch"/> is the exact one.</summary>
/// <remarks>As safe from several threads as the solver beneath, which stays the caller's.</remarks>
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
    /// <param name="solver">The model's solver, whose puzzles have as many tokens as the shape has cells; stays the caller's.</param>
    /// <param name="shape">The shape of the grids; by default the usual one of the model's size: 81 tokens are a 9×9.</param>
    /// <exception cref="ShapeMismatchException">The model was made for other puzzles.</exception>
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
    /// <exception cref="SudokuRuleException">Givens in conflict; names the cells.</exception>
    public PuzzleAnswer<SudokuGrid> Solve(string question) => _solver.Solve(_task.Parse(question));

    /// <summary>Solves a Sudoku; waits for the answer.</summary>
    /// <param name="question">The givens.</param>
    /// <exception cref="SudokuRuleException">Givens in conflict; names the cells.</exception>
    /// <exception cref="ArgumentException">A grid of another shape.</exception>
    public PuzzleAnswer<SudokuGrid> Solve(SudokuGrid question) => _solver.Solve(SudokuTask.RequireNoConflict(question));

    /// <summary>Solves a Sudoku.</summary>
    /// <param name="question">The givens.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="SudokuRuleException">At the call: givens in conflict; names the cells.</exception>
    /// <exception cref="ArgumentException">A grid of another shape.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task<PuzzleAnswer<SudokuGrid>> SolveAsync(SudokuGrid question, CancellationToken cancellationToken = default)
        => _solver.SolveAsync(SudokuTask.RequireNoConflict(question), cancellationToken);

    /// <summary>Solves a Sudoku, and gives the grid in the making after each segment.</summary>
    /// <param name="question">The givens.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="SudokuRuleException">At the call: givens in conflict; names the cells.</exception>
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
