using Hrm.Core;

namespace Hrm.Training;

/// <summary>A dataset in memory, checked when it is made.</summary>
public sealed class InMemoryPuzzleDataset : IPuzzleDataset
{
    private readonly PuzzleExample[] _examples;

    /// <summary>Makes a dataset of examples that each are a puzzle and a group of their own.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="vocabularySize">V.</param>
    /// <param name="puzzleIdCount">The number of puzzle ids.</param>
    /// <exception cref="ShapeMismatchException">Lengths differ.</exception>
    /// <exception cref="TokenOutOfRangeException">A token, label or id is out of range.</exception>
    /// <exception cref="ArgumentException">There is no example.</exception>
    public InMemoryPuzzleDataset(IEnumerable<PuzzleExample> examples, int vocabularySize, int puzzleIdCount = 1)
        : this(examples.Select(PuzzleGroup.Of), vocabularySize, puzzleIdCount)
    {
    }

    /// <summary>Makes a dataset of groups of puzzles of examples.</summary>
    /// <param name="groups">Groups of puzzles of examples; the examples of a puzzle share its id.</param>
    /// <param name="vocabularySize">V.</param>
    /// <param name="puzzleIdCount">The number of puzzle ids.</param>
    /// <exception cref="ShapeMismatchException">Lengths differ, or the ids of a puzzle's examples do.</exception>
    /// <exception cref="TokenOutOfRangeException">A token, label or id is out of range.</exception>
    /// <exception cref="ArgumentException">A group or a puzzle is empty, or there is none.</exception>
    public InMemoryPuzzleDataset(IEnumerable<PuzzleGroup> groups, int vocabularySize, int puzzleIdCount = 1)
    {
        ArgumentNullException.ThrowIfNull(groups);
        PuzzleGroup[] all = [.. groups];
        var puzzles = all.SelectMany(group => group.Puzzles).ToArray();
        _examples = [.. puzzles.SelectMany(puzzle => puzzle)];
        if (_examples.Length == 0 || all.Any(group => group.Puzzles.Count == 0) || puzzles.Any(puzzle => puzzle.Count == 0))
        {
            throw new ArgumentException("expected groups of puzzles of examples, none of them empty", nameof(groups));
        }

        SequenceLength = _examples[0].Inputs.Length;
        VocabularySize = vocabularySize;
        PuzzleIdCount = puzzleIdCount;
        PuzzleIds = [.. puzzles.Select(puzzle => puzzle[0].PuzzleId)];
        PuzzleOffsets = PrefixSums(puzzles.Select(puzzle => puzzle.Count));
        GroupOffsets = PrefixSums(all.Select(group => group.Puzzles.Count));
        for (var i = 0; i < _examples.Length; i++)
        {
            Check(i);
        }

        if (puzzles.FirstOrDefault(puzzle => puzzle.Any(example => example.PuzzleId != puzzle[0].PuzzleId)) is { } mixed)
        {
            throw new ShapeMismatchException("puzzle", $"one id for all its examples, {mixed[0].PuzzleId}", "several");
        }
    }

    /// <inheritdoc/>
    public int SequenceLength { get; }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int PuzzleIdCount { get; }

    /// <inheritdoc/>
    public int ExampleCount => _examples.Length;

    /// <inheritdoc/>
    public IReadOnlyList<int> PuzzleOffsets { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> GroupOffsets { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> PuzzleIds { get; }

    /// <inheritdoc/>
    public void Read(int example, Span<int> inputs, Span<int> labels)
    {
        _examples[example].Inputs.CopyTo(inputs);
        _examples[example].Labels.CopyTo(labels);
    }

    private static int[] PrefixSums(IEnumerable<int> counts)
    {
        var offsets = new List<int> { 0 };
        foreach (var count in counts)
        {
            offsets.Add(offsets[^1] + count);
        }

        return [.. offsets];
    }

    private void Check(int index)
    {
        var example = _examples[index];
        if (example.Inputs.Length != SequenceLength || example.Labels.Length != SequenceLength)
        {
            throw new ShapeMismatchException(
                $"example {index}",
                $"{SequenceLength} inputs and labels",
                $"{example.Inputs.Length} inputs and {example.Labels.Length} labels");
        }

        RequireRange(index, "token", example.Inputs.FirstOrDefault(token => token < 0 || token >= VocabularySize, 0), VocabularySize);
        RequireRange(index, "label", example.Labels.FirstOrDefault(label => label != PuzzleBatch.IgnoredLabel && (label < 0 || label >= VocabularySize), 0), VocabularySize);
        RequireRange(index, "puzzle id", example.PuzzleId, PuzzleIdCount);
    }

    private static void RequireRange(int index, string what, int value, int count)
    {
        if (value < 0 || value >= count)
        {
            throw new TokenOutOfRangeException($"example {index}: {what}: expected 0 … {count - 1}, got {value}.");
        }
    }
}
