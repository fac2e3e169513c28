using System.Runtime.CompilerServices;

namespace Hrm.Core;

/// <summary>A solver that speaks the language of a task: questions in, answers out, checked.</summary>
/// <typeparam name="TQuestion">What is asked.</typeparam>
/// <typeparam name="TAnswer">What answers it.</typeparam>
/// <remarks>As safe from several threads as the solver beneath, which stays the caller's.</remarks>
public sealed class PuzzleSolver<TQuestion, TAnswer>
{
    private readonly HrmSolver _solver;
    private readonly IPuzzleTask<TQuestion, TAnswer> _task;

    /// <summary>Creates the solver.</summary>
    /// <param name="solver">Solves tokens; stays the caller's.</param>
    /// <param name="task">Turns questions into tokens, and tokens into answers.</param>
    /// <exception cref="ShapeMismatchException">The model was made for puzzles of another size than the task's.</exception>
    public PuzzleSolver(HrmSolver solver, IPuzzleTask<TQuestion, TAnswer> task)
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

    /// <summary>Solves a puzzle; waits for the answer.</summary>
    /// <param name="question">The question.</param>
    /// <exception cref="HrmException">The question is none of the task, or the solver refuses it.</exception>
    public PuzzleAnswer<TAnswer> Solve(TQuestion question)
    {
        var inputs = _task.Encode(question);
        return ToAnswer(inputs, _solver.Solve(inputs));
    }

    /// <summary>Solves a puzzle.</summary>
    /// <param name="question">The question.</param>
    /// <param name="cancellationToken">Gives the puzzle up.</param>
    /// <exception cref="HrmException">The question is none of the task, or the solver refuses it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<PuzzleAnswer<TAnswer>> SolveAsync(TQuestion question, CancellationToken cancellationToken = default)
    {
        var inputs = _task.Encode(question);
        return ToAnswer(inputs, await _solver.SolveAsync(inputs, cancellationToken: cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Solves a puzzle, and gives the answer in the making after each segment as soon as it is there.</summary>
    /// <param name="question">The question.</param>
    /// <param name="cancellationToken">Gives the puzzle up.</param>
    /// <returns>An answer a segment, in order; a reader that stops early frees the puzzle's place.</returns>
    /// <exception cref="HrmException">The question is none of the task, or the solver refuses it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async IAsyncEnumerable<PuzzleTrace<TAnswer>> TraceAsync(TQuestion question, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var inputs = _task.Encode(question);
        await foreach (var segment in _solver.TraceAsync(inputs, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            yield return new PuzzleTrace<TAnswer>(_task.Decode(segment.Tokens), _task.IsSolution(inputs, segment.Tokens), segment);
        }
    }

    private PuzzleAnswer<TAnswer> ToAnswer(int[] inputs, SolverAnswer answer)
        => new(_task.Decode(answer.Tokens), _task.IsSolution(inputs, answer.Tokens), answer);
}
