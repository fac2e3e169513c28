namespace Hrm.Puzzles;

/// <summary>Solves ARC tasks with a trained model: it solves every variant of a task that the model has an id for, and they vote.</summary>
/// <remarks>
/// A model with a puzzle table knows a task by its puzzle ids, so it solves only tasks of the dataset that it was trained on. A model
/// without a puzzle table solves the test inputs of any task as they are. As thread-safe as the underlying solver.
/// </remarks>
public sealed class ArcSolver
{
    private readonly HrmSolver _solver;
    private readonly bool _hasPuzzleTable;
    private readonly int _canvas;
    private readonly ILookup<string, (int PuzzleId, ArcPuzzleId Variant)> _variants;

    /// <summary>Creates the solver.</summary>
    /// <param name="solver">The model's solver; the caller still owns it.</param>
    /// <param name="identifiers">
    /// The text of each puzzle id of the dataset that the model was trained on; not used for a model without a puzzle table.
    /// </param>
    /// <exception cref="ShapeMismatchException">
    /// The model's tokens are not those of a canvas (<see cref="ArcEncoding"/>), or it has other numbers of token values or puzzle ids.
    /// </exception>
    public ArcSolver(HrmSolver solver, IReadOnlyList<string> identifiers)
    {
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentNullException.ThrowIfNull(identifiers);
        var config = solver.Config;
        _hasPuzzleTable = config.PuzzleEmbeddingWidth > 0;
        var ids = _hasPuzzleTable ? identifiers.Count : config.PuzzleIdCount;
        if (ArcEncoding.FindSide(config.SequenceLength) is not { } canvas || config.VocabularySize != ArcEncoding.VocabularySize || config.PuzzleIdCount != ids)
        {
            throw new ShapeMismatchException(
                nameof(solver),
                $"a model of n² tokens, n at most {ArcEncoding.Side}, a vocabulary of {ArcEncoding.VocabularySize} and {ids} puzzle ids",
                $"one of {config.SequenceLength}, {config.VocabularySize} and {config.PuzzleIdCount}");
        }

        (_solver, _canvas) = (solver, canvas);
        _variants = identifiers
            .Select((text, id) => (Id: id, Variant: ArcPuzzleId.TryParse(text, out var variant) ? variant : null))
            .Where(entry => entry.Variant is not null)
            .ToLookup(entry => entry.Variant!.Name, entry => (entry.Id, entry.Variant!));
    }

    /// <summary>Whether the model can solve a task: it has puzzle ids for it, or no puzzle table.</summary>
    /// <param name="name">The name of the task.</param>
    public bool Knows(string name) => !_hasPuzzleTable || _variants.Contains(name);

    /// <summary>Solves every test input of a task in every variant, and ranks the answers.</summary>
    /// <param name="task">The task; the outputs of its test pairs may be unknown.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The candidates for each test input, the best first, and those without a grid last; the first two grids are the attempts in the competition.</returns>
    /// <exception cref="HrmFormatException">The model has no id for the task, or a grid of the task is larger than the model's canvas.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<ArcTaskVote> SolveAsync(ArcTask task, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (!Knows(task.Name))
        {
            throw new HrmFormatException($"expected one of the {_variants.Count} tasks that the model has puzzle ids for, got another", place: task.Name);
        }

        if (task.Side > _canvas)
        {
            throw new HrmFormatException($"expected grids of at most {_canvas} × {_canvas}, the canvas of the model, got a side of {task.Side}", place: task.Name);
        }

        var vote = new ArcVote([task]);
        IEnumerable<(int PuzzleId, ArcPuzzleId Variant)> variants = _hasPuzzleTable ? _variants[task.Name] : [(0, new ArcPuzzleId(task.Name))];
        (string Identifier, SolverQuestion Question)[] rows =
        [
            .. variants.SelectMany(variant => task.Test, (variant, pair) => (
                variant.Variant.ToString(),
                new SolverQuestion(ArcEncoding.Encode(variant.Variant.Augmentation.Apply(pair.Input), side: _canvas), variant.PuzzleId))),
        ];

        // One model answers every variant, also if the solver swaps its model meanwhile.
        using var hold = _solver.Hold();
        var answers = _solver.SolveManyAsync(rows.Select(row => row.Question).ToAsyncEnumerable(), hold.Model, cancellationToken);
        var index = 0;
        await foreach (var answer in answers.ConfigureAwait(false))
        {
            var (identifier, question) = rows[index++];
            vote.Add(identifier, question.Tokens.Span, answer.Tokens, answer.QHalt);
        }

        return new ArcTaskVote(task, [.. vote.Rank().Tasks[0].Tests.Select(test => new ArcTestVote(test.Pair, [.. test.Candidates.OrderBy(candidate => candidate.Grid is null)]))]);
    }
}
