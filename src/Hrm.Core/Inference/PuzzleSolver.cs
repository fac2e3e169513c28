namespace Hrm.Core;

/// <summary>Solves the puzzles of a task: text in, checked text out.</summary>
/// <remarks>As safe from several threads as the solver, which the caller still owns.</remarks>
/// <example><code>
/// using var solver = HrmSolver.Load("my-model");
/// var answer = new PuzzleSolver(solver, task).Solve(text);
/// Console.WriteLine($"{answer.Text} {(answer.IsSolution ? "solves it" : "is wrong")}");
/// </code></example>
public sealed class PuzzleSolver
{
    private readonly HrmSolver _solver;
    private readonly IPuzzleTask _task;

    /// <summary>Creates the solver.</summary>
    /// <param name="solver">The model's solver; the caller still owns it.</param>
    /// <param name="task">Reads puzzles, writes and checks answers.</param>
    /// <exception cref="ShapeMismatchException">The model has other numbers of tokens or token values than the task.</exception>
    public PuzzleSolver(HrmSolver solver, IPuzzleTask task)
    {
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentNullException.ThrowIfNull(task);
        if (solver.Config.SequenceLength != task.SequenceLength || solver.Config.VocabularySize != task.VocabularySize)
        {
            throw new ShapeMismatchException(
                nameof(task),
                $"{solver.Config.SequenceLength} tokens of a vocabulary of {solver.Config.VocabularySize}, as the model has",
                $"{task.SequenceLength} of {task.VocabularySize}");
        }

        _solver = solver;
        _task = task;
    }

    /// <summary>Solves a puzzle; blocks until the answer is ready.</summary>
    /// <param name="text">The puzzle as text.</param>
    /// <exception cref="HrmException">The text is not a puzzle of the task, or the queue of the solver is full.</exception>
    public PuzzleAnswer Solve(string text)
    {
        var inputs = _task.Parse(text);
        return Check(inputs, _solver.Solve(inputs));
    }

    /// <summary>Solves a puzzle.</summary>
    /// <param name="text">The puzzle as text.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="HrmException">The text is not a puzzle of the task, or the queue of the solver is full.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<PuzzleAnswer> SolveAsync(string text, CancellationToken cancellationToken = default)
    {
        var inputs = _task.Parse(text);
        return Check(inputs, await _solver.SolveAsync(inputs, cancellationToken: cancellationToken).ConfigureAwait(false));
    }

    private PuzzleAnswer Check(int[] inputs, SolverAnswer answer)
        => new(_task.Format(answer.Tokens), _task.IsSolution(inputs, answer.Tokens), answer);
}

/// <summary>The answer of a model to a puzzle of a task.</summary>
/// <param name="Text">The answer as text, right or wrong.</param>
/// <param name="IsSolution">Whether the answer passes the check of the task.</param>
/// <param name="Thinking">The tokens, the number of segments and the Q values.</param>
public sealed record PuzzleAnswer(string Text, bool IsSolution, SolverAnswer Thinking);
