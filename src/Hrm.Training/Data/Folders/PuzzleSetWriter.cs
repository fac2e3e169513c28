using Hrm.Core;

namespace Hrm.Training;

/// <summary>Writes the five arrays of a set as its groups come, each value checked.</summary>
internal sealed class PuzzleSetWriter : IDisposable
{
    private readonly string _split;
    private readonly TokenRules _rules;
    private readonly int[] _stored;
    private readonly List<NpyWriter> _writers = [];
    private readonly NpyWriter _inputs;
    private readonly NpyWriter _labels;
    private readonly NpyWriter _puzzleIds;
    private readonly NpyWriter _puzzleOffsets;
    private readonly NpyWriter _groupOffsets;

    /// <summary>Creates the files.</summary>
    /// <param name="folder">The folder of the split.</param>
    /// <param name="split">Its name, for messages.</param>
    /// <param name="dtype">The type of tokens and labels, which has to hold all that the options allow.</param>
    /// <param name="options">What holds for all splits.</param>
    public PuzzleSetWriter(string folder, string split, NpyDtype dtype, PuzzleDatasetOptions options)
    {
        _split = split;
        _rules = new TokenRules(options.VocabularySize, options.IgnoreLabelId);
        _stored = new int[options.SequenceLength];
        try
        {
            _inputs = Create(DatasetNames.Inputs, dtype, options.SequenceLength);
            _labels = Create(DatasetNames.Labels, dtype, options.SequenceLength);
            _puzzleIds = Create(DatasetNames.PuzzleIds, NpyDtype.Int32, null);
            _puzzleOffsets = Create(DatasetNames.PuzzleOffsets, NpyDtype.Int32, null);
            _groupOffsets = Create(DatasetNames.GroupOffsets, NpyDtype.Int32, null);
            _puzzleOffsets.Append(0);
            _groupOffsets.Append(0);
        }
        catch
        {
            Dispose();
            throw;
        }

        NpyWriter Create(string field, NpyDtype type, int? rowLength)
        {
            var writer = new NpyWriter(Path.Combine(folder, DatasetNames.ArrayFile(options.SetName, field)), type, rowLength);
            _writers.Add(writer);
            return writer;
        }
    }

    /// <summary>What has been written.</summary>
    public SplitCounts Counts { get; private set; } = new(0, 0, 0, LargestId: -1, 0);

    /// <summary>Adds a group.</summary>
    public void Add(PuzzleGroup group)
    {
        if (group.Puzzles.Count == 0)
        {
            throw new ShapeMismatchException(FormattableString.Invariant($"{_split}: group {Counts.Groups}"), "at least one puzzle", "none");
        }

        foreach (var puzzle in group.Puzzles)
        {
            Add(puzzle);
        }

        _groupOffsets.Append(Counts.Puzzles);
        Counts = Counts with { Groups = Counts.Groups + 1 };
    }

    /// <summary>Completes the files.</summary>
    public void Complete()
    {
        if (Counts.Groups == 0)
        {
            throw new ShapeMismatchException(_split, "at least one group", "none");
        }

        _inputs.Complete(Counts.Examples);
        _labels.Complete(Counts.Examples);
        _puzzleIds.Complete(Counts.Puzzles);
        _puzzleOffsets.Complete(Counts.Puzzles + 1L);
        _groupOffsets.Complete(Counts.Groups + 1L);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _writers.ForEach(writer => writer.Dispose());

    private void Add(IReadOnlyList<PuzzleExample> puzzle)
    {
        if (puzzle.Count == 0)
        {
            throw new ShapeMismatchException(PuzzlePlace(), "at least one example", "none");
        }

        var id = puzzle[0].PuzzleId;
        if (id < 0)
        {
            throw new TokenOutOfRangeException(FormattableString.Invariant($"{PuzzlePlace()}: puzzle id: expected at least 0, got {id}."));
        }

        foreach (var example in puzzle)
        {
            if (example.PuzzleId != id)
            {
                throw new ShapeMismatchException(PuzzlePlace(), FormattableString.Invariant($"one id for all its examples, {id}"), FormattableString.Invariant($"{example.PuzzleId} too"));
            }

            Add(example);
        }

        _puzzleIds.Append(id);
        _puzzleOffsets.Append(Counts.Examples);
        var isLargest = id > Counts.LargestId;
        Counts = Counts with
        {
            LargestId = isLargest ? id : Counts.LargestId,
            LargestIdPuzzle = isLargest ? Counts.Puzzles : Counts.LargestIdPuzzle,
            Puzzles = Counts.Puzzles + 1,
        };
    }

    private void Add(PuzzleExample example)
    {
        if (Counts.Examples == int.MaxValue - 1)
        {
            throw new ShapeMismatchException(_split, FormattableString.Invariant($"fewer than {int.MaxValue} examples"), "more");
        }

        if (example.Inputs.Length != _stored.Length || example.Labels.Length != _stored.Length)
        {
            throw new ShapeMismatchException(
                Place(),
                FormattableString.Invariant($"{_stored.Length} inputs and labels"),
                FormattableString.Invariant($"{example.Inputs.Length} inputs and {example.Labels.Length} labels"));
        }

        if (_rules.FindBadToken(example.Inputs) is >= 0 and var badToken)
        {
            throw new TokenOutOfRangeException(FormattableString.Invariant($"{Place()}: token {badToken}: {_rules.ExpectedTokens}, got {example.Inputs[badToken]}."));
        }

        _rules.ToStored(example.Labels, _stored);
        RequireLabels(example.Labels);
        _inputs.Append(example.Inputs);
        _labels.Append(_stored);
        Counts = Counts with { Examples = Counts.Examples + 1 };
    }

    private void RequireLabels(ReadOnlySpan<int> labels)
    {
        if (_rules.IgnoreLabelId is { } ignored && labels.IndexOf(ignored) is >= 0 and var at && ignored != PuzzleBatch.IgnoredLabel)
        {
            throw new TokenOutOfRangeException(FormattableString.Invariant($"{Place()}: label {at}: expected none of {ignored}, which reads as ignored, got {ignored}."));
        }

        for (at = _rules.FindBadToken(labels); at >= 0; at = _rules.FindBadToken(labels, at + 1))
        {
            if (labels[at] != PuzzleBatch.IgnoredLabel || _rules.IgnoreLabelId is null)
            {
                throw new TokenOutOfRangeException(FormattableString.Invariant($"{Place()}: label {at}: {_rules.ExpectedTokens}{Ignored()}, got {labels[at]}."));
            }
        }
    }

    private string Ignored() => _rules.IgnoreLabelId is null ? string.Empty : FormattableString.Invariant($" or {PuzzleBatch.IgnoredLabel}, which is ignored");

    private string PuzzlePlace() => FormattableString.Invariant($"{_split}: puzzle {Counts.Puzzles}");

    private string Place() => FormattableString.Invariant($"{_split}: example {Counts.Examples}");
}
