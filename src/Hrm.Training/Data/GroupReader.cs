using Hrm.Core;

namespace Hrm.Training;

/// <summary>Checks groups as they come and passes their puzzles and examples on.</summary>
/// <param name="name">The dataset or split, for messages.</param>
/// <param name="rules">The tokens and labels that are valid.</param>
internal sealed class GroupReader(string name, TokenRules rules)
{
    private (int Id, int Puzzle) _largestId = (-1, 0);

    /// <summary>The tokens per example; of the first example unless set.</summary>
    public int? SequenceLength { get; set; }

    public int Groups { get; private set; }

    public int Puzzles { get; private set; }

    public int Examples { get; private set; }

    /// <summary>Checks a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="example">Receives each example.</param>
    /// <param name="puzzle">Receives the id of each puzzle, after its examples.</param>
    public void Read(PuzzleGroup group, Action<PuzzleExample> example, Action<int> puzzle)
    {
        RequireContent(group.Puzzles.Count, $"{name}: group {Groups}", "puzzle");
        foreach (var examples in group.Puzzles)
        {
            var place = $"{name}: puzzle {Puzzles}";
            RequireContent(examples.Count, place, "example");
            var id = examples[0].PuzzleId;
            if (id < 0)
            {
                throw new TokenOutOfRangeException(FormattableString.Invariant($"{place}: puzzle id: expected at least 0, got {id}."));
            }

            foreach (var each in examples)
            {
                if (each.PuzzleId != id)
                {
                    throw new ShapeMismatchException(place, $"one id for all its examples, {id}", $"{each.PuzzleId} too");
                }

                Check(each);
                Examples++;
                example(each);
            }

            _largestId = id > _largestId.Id ? (id, Puzzles) : _largestId;
            Puzzles++;
            puzzle(id);
        }

        Groups++;
    }

    /// <summary>Checks the whole, after the last group.</summary>
    /// <param name="idCount">The number of puzzle ids.</param>
    public void Complete(int idCount)
    {
        RequireContent(Groups, name, "group");
        if (_largestId.Id >= idCount)
        {
            throw new TokenOutOfRangeException(FormattableString.Invariant(
                $"{name}: puzzle {_largestId.Puzzle}: puzzle id: expected 0 … {idCount - 1}, got {_largestId.Id}."));
        }
    }

    private static void RequireContent(int count, string place, string content)
    {
        if (count == 0)
        {
            throw new ShapeMismatchException(place, $"at least one {content}", "none");
        }
    }

    private void Check(PuzzleExample example)
    {
        var (inputs, labels) = (example.Inputs, example.Labels);
        var length = SequenceLength ??= inputs.Length;
        if (inputs.Length != length || labels.Length != length || length == 0)
        {
            throw new ShapeMismatchException(Place(), $"{Math.Max(length, 1)} inputs and labels", $"{inputs.Length} inputs and {labels.Length} labels");
        }

        if (rules.FindBadToken(inputs) is >= 0 and var token)
        {
            throw new TokenOutOfRangeException(FormattableString.Invariant($"{Place()}: token {token}: {rules.ExpectedTokens}, got {inputs[token]}."));
        }

        if (rules.FindBadLabel(labels) is >= 0 and var label)
        {
            throw new TokenOutOfRangeException(FormattableString.Invariant($"{Place()}: label {label}: {rules.ExpectedLabels}, got {labels[label]}."));
        }
    }

    private string Place() => FormattableString.Invariant($"{name}: example {Examples}");
}
