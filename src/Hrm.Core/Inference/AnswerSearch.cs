namespace Hrm.Core;

/// <summary>The open partial answers of a best-first search: puzzles with some blanks filled.</summary>
/// <remarks>
/// The children of a partial answer have one blank filled with each of its candidates, so the search visits every answer that the
/// candidates allow, each once. A child keeps the tokens of its parent by reference: the memory is that of the evaluated partial
/// answers, and a few words per open child.
/// </remarks>
internal sealed class AnswerSearch
{
    private readonly ISearchableTask _task;
    private readonly PriorityQueue<(int[] Parent, int Position, int Token), (double Cost, int Number)> _open = new();
    private int _opened;

    /// <summary>Opens the children of a puzzle, if its blanks have candidates.</summary>
    /// <param name="task">Says which tokens are blank, and lists their candidates.</param>
    /// <param name="puzzle">The puzzle, seq_len; copied.</param>
    /// <param name="answer">The model's answer to it, with logits.</param>
    public AnswerSearch(ISearchableTask task, int[] puzzle, SolverAnswer answer)
    {
        _task = task;
        int[] tokens = [.. puzzle];
        if (TryFillForced(tokens))
        {
            Expand((tokens, 0), answer);
        }
    }

    /// <summary>Opens the children of an evaluated partial answer, if its blanks have candidates.</summary>
    /// <param name="parent">The partial answer, seq_len, which is kept, and its cost.</param>
    /// <param name="answer">The model's answer to it, with logits.</param>
    public void Expand((int[] Tokens, double Cost) parent, SolverAnswer answer)
    {
        if (FindBranch(parent.Tokens, answer.Logits!) is not { } branch)
        {
            _open.Enqueue((parent.Tokens, 0, parent.Tokens[0]), (0, _opened++)); // Complete: the puzzle's forced blanks were all of them.
            return;
        }

        for (var index = 0; index < branch.Candidates.Count; index++)
        {
            var cost = parent.Cost - Math.Log(branch.Probabilities[index]);

            // Values that are not numbers come last; ties go to the earliest.
            _open.Enqueue((parent.Tokens, branch.Position, branch.Candidates[index]), (double.IsNaN(cost) ? double.PositiveInfinity : cost, _opened++));
        }
    }

    /// <summary>Takes the best open partial answer. The work of a call is bounded, so the caller can stop between two calls.</summary>
    /// <param name="partial">
    /// The partial answer with forced blanks filled, maybe complete, and its cost: −Σ log p over the filled blanks that had several
    /// candidates, p the model's probability of the token. <see langword="null"/> if a blank has no candidate.
    /// </param>
    /// <returns>Whether one was left.</returns>
    public bool TryTake(out (int[] Tokens, double Cost)? partial)
    {
        partial = null;
        if (!_open.TryDequeue(out var child, out var priority))
        {
            return false;
        }

        int[] filled = [.. child.Parent];
        filled[child.Position] = child.Token;
        partial = TryFillForced(filled) ? (filled, priority.Cost) : null;
        return true;
    }

    /// <summary>Fills blanks that have one candidate until none is left.</summary>
    /// <returns>Whether every blank has a candidate.</returns>
    private bool TryFillForced(int[] tokens)
    {
        for (var isFilled = true; isFilled;)
        {
            isFilled = false;
            foreach (var (position, candidates) in FindCandidates(tokens))
            {
                if (candidates.Count == 0)
                {
                    return false;
                }

                if (candidates.Count == 1)
                {
                    tokens[position] = candidates[0];
                    isFilled = true; // Other blanks may be forced now.
                }
            }
        }

        return true;
    }

    /// <summary>The blank with the fewest candidates, of those the one of which the model is surest: the smallest entropy.</summary>
    private (int Position, IReadOnlyList<int> Candidates, double[] Probabilities)? FindBranch(int[] tokens, float[] logits)
    {
        (int Position, IReadOnlyList<int> Candidates, double[] Probabilities)? best = null;
        var bestKey = (int.MaxValue, 0.0);
        foreach (var (position, candidates) in FindCandidates(tokens))
        {
            var probabilities = Softmax(logits, position * _task.VocabularySize, candidates);
            var key = (candidates.Count, -probabilities.Sum(p => p * Math.Log(Math.Max(p, double.Epsilon))));
            if (best is null || key.CompareTo(bestKey) < 0)
            {
                (best, bestKey) = ((position, candidates, probabilities), key);
            }
        }

        return best;
    }

    /// <summary>The candidates of each blank.</summary>
    private List<(int Position, IReadOnlyList<int> Candidates)> FindCandidates(int[] tokens)
    {
        var candidates = _task.FindCandidates(tokens);
        if (candidates.Count != tokens.Length)
        {
            throw new InvalidOperationException($"{_task.GetType().Name}.FindCandidates: expected {tokens.Length} lists, got {candidates.Count}.");
        }

        var blanks = new List<(int Position, IReadOnlyList<int> Candidates)>();
        for (var position = 0; position < tokens.Length; position++)
        {
            if (_task.IsBlank(tokens[position]))
            {
                blanks.Add((position, candidates[position]));
            }
        }

        foreach (var token in blanks.SelectMany(blank => blank.Candidates))
        {
            if ((uint)token >= (uint)_task.VocabularySize || _task.IsBlank(token))
            {
                throw new InvalidOperationException($"{_task.GetType().Name}.FindCandidates: expected tokens below {_task.VocabularySize} that are not blank, got {token}.");
            }
        }

        return blanks;
    }

    /// <summary>The probabilities of candidates, which add up to 1.</summary>
    private static double[] Softmax(float[] logits, int offset, IReadOnlyList<int> candidates)
    {
        double[] values = [.. candidates.Select(token => (double)logits[offset + token])];
        var largest = values.DefaultIfEmpty().Max();
        var weights = Array.ConvertAll(values, value => Math.Exp(value - largest));
        var sum = weights.Sum();
        return Array.ConvertAll(weights, weight => weight / sum);
    }
}
