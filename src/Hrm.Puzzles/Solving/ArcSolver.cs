using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>Solves ARC tasks with a trained model: it solves every variant of a task that the model has an id for, and the variants vote.</summary>
/// <remarks>
/// The model identifies a task by its puzzle id, so it solves only tasks of the dataset that it was trained on. As thread-safe as the
/// underlying solver, which the caller owns.
/// </remarks>
public sealed class ArcSolver
{
    private readonly HrmSolver _solver;
    private readonly Dictionary<string, List<(int Id, ArcAugmentation Augmentation)>> _variants = new(StringComparer.Ordinal);

    /// <summary>Creates the solver.</summary>
    /// <param name="solver">The model's solver; owned by the caller.</param>
    /// <param name="identifiers">The text of each puzzle id of the dataset that the model was trained on.</param>
    /// <exception cref="ShapeMismatchException">The model's sizes or its number of ids are different.</exception>
    public ArcSolver(HrmSolver solver, IReadOnlyList<string> identifiers)
    {
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentNullException.ThrowIfNull(identifiers);
        var config = solver.Config;
        if (config.SequenceLength != ArcEncoding.SequenceLength || config.VocabularySize != ArcEncoding.VocabularySize || config.PuzzleIdCount != identifiers.Count)
        {
            throw new ShapeMismatchException(
                nameof(solver),
                $"a model of {ArcEncoding.SequenceLength} tokens, a vocabulary of {ArcEncoding.VocabularySize} and {identifiers.Count} puzzle ids",
                $"one of {config.SequenceLength}, {config.VocabularySize} and {config.PuzzleIdCount}");
        }

        _solver = solver;
        for (var id = 0; id < identifiers.Count; id++)
        {
            if (ArcPuzzleId.TryParse(identifiers[id], out var parsed))
            {
                (_variants.TryGetValue(parsed.Name, out var variants) ? variants : _variants[parsed.Name] = []).Add((id, parsed.Augmentation));
            }
        }
    }

    /// <summary>Solves every test input of a task in every variant and ranks the candidates.</summary>
    /// <param name="task">The task; the outputs of its test pairs may be unknown.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The candidates per test input, the best first; the first two are the competition's attempts.</returns>
    /// <exception cref="PuzzleFormatException">The model has no id for the task.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<ArcTaskVote> SolveAsync(ArcTask task, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (!_variants.TryGetValue(task.Name, out var variants))
        {
            throw new PuzzleFormatException($"expected one of the {_variants.Count} tasks that the model has puzzle ids for, got another", field: task.Name);
        }

        var vote = new ArcVote([task]);
        (ArcPuzzleId Id, SolverQuestion Question)[] rows =
        [
            .. variants.SelectMany(variant => task.Test, (variant, pair) => (
                new ArcPuzzleId(task.Name, variant.Augmentation),
                new SolverQuestion(ArcEncoding.Encode(variant.Augmentation.Apply(pair.Input)), variant.Id))),
        ];
        var answers = _solver.SolveManyAsync(rows.Select(row => row.Question).ToAsyncEnumerable(), null, cancellationToken);
        var index = 0;
        await foreach (var answer in answers.ConfigureAwait(false))
        {
            var (id, question) = rows[index++];
            vote.Add(id, question.Tokens.Span, answer.Tokens, answer.QHalt);
        }

        return vote.Rank().Tasks[0];
    }
}
