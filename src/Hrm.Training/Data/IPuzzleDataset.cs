namespace Hrm.Training;

/// <summary>Examples, ordered by puzzle and group as in the authors' datasets.</summary>
/// <remarks>
/// A group holds the augmentations of one puzzle; a puzzle holds examples that share an id. Offsets are prefix sums:
/// puzzle p has the examples <c>PuzzleOffsets[p] … PuzzleOffsets[p + 1] - 1</c>, group g the puzzles
/// <c>GroupOffsets[g] … GroupOffsets[g + 1] - 1</c>.
/// </remarks>
public interface IPuzzleDataset
{
    /// <summary>The number of tokens per example.</summary>
    int SequenceLength { get; }

    /// <summary>V, the number of token values.</summary>
    int VocabularySize { get; }

    /// <summary>The number of puzzle ids.</summary>
    int PuzzleIdCount { get; }

    /// <summary>The number of examples.</summary>
    int ExampleCount { get; }

    /// <summary>The first example of each puzzle, and the number of examples.</summary>
    IReadOnlyList<int> PuzzleOffsets { get; }

    /// <summary>The first puzzle of each group, and the number of puzzles.</summary>
    IReadOnlyList<int> GroupOffsets { get; }

    /// <summary>The id of each puzzle.</summary>
    IReadOnlyList<int> PuzzleIds { get; }

    /// <summary>Copies an example.</summary>
    /// <param name="example">Its index.</param>
    /// <param name="inputs">Receives the tokens, seq_len.</param>
    /// <param name="labels">Receives the labels, seq_len; <see cref="Core.PuzzleBatch.IgnoredLabel"/> for a token without a label.</param>
    void Read(int example, Span<int> inputs, Span<int> labels);
}

/// <summary>A dataset in memory, checked when it is created.</summary>
public sealed class InMemoryPuzzleDataset : IPuzzleDataset
{
    private readonly List<PuzzleExample> _examples = [];
    private readonly List<int> _puzzleOffsets = [0];
    private readonly List<int> _groupOffsets = [0];
    private readonly List<int> _puzzleIds = [];

    /// <summary>Creates a dataset in which each example is its own puzzle and group.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="vocabularySize">V.</param>
    /// <param name="puzzleIdCount">The number of puzzle ids.</param>
    /// <inheritdoc cref="InMemoryPuzzleDataset(IEnumerable{PuzzleGroup}, int, int)" path="/exception"/>
    public InMemoryPuzzleDataset(IEnumerable<PuzzleExample> examples, int vocabularySize, int puzzleIdCount = 1)
        : this(examples.Select(PuzzleGroup.Of), vocabularySize, puzzleIdCount)
    {
    }

    /// <summary>Creates a dataset of groups of puzzles.</summary>
    /// <param name="groups">The groups; the examples of a puzzle share its id.</param>
    /// <param name="vocabularySize">V.</param>
    /// <param name="puzzleIdCount">The number of puzzle ids.</param>
    /// <exception cref="ShapeMismatchException">Lengths differ, the ids of a puzzle's examples differ, or a group, a puzzle or the dataset is empty; A token, label or id is out of range.</exception>
    public InMemoryPuzzleDataset(IEnumerable<PuzzleGroup> groups, int vocabularySize, int puzzleIdCount = 1)
    {
        ArgumentNullException.ThrowIfNull(groups);
        VocabularySize = vocabularySize;
        PuzzleIdCount = puzzleIdCount;
        var reader = new GroupReader("dataset", new TokenRules(vocabularySize, PuzzleBatch.IgnoredLabel));
        foreach (var group in groups)
        {
            reader.Read(group, _examples.Add, AddPuzzle);
            _groupOffsets.Add(reader.Puzzles);
        }

        reader.Complete(puzzleIdCount);
        SequenceLength = reader.SequenceLength!.Value;

        void AddPuzzle(int id)
        {
            _puzzleIds.Add(id);
            _puzzleOffsets.Add(reader.Examples);
        }
    }

    /// <inheritdoc/>
    public int SequenceLength { get; }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int PuzzleIdCount { get; }

    /// <inheritdoc/>
    public int ExampleCount => _examples.Count;

    /// <inheritdoc/>
    public IReadOnlyList<int> PuzzleOffsets => _puzzleOffsets;

    /// <inheritdoc/>
    public IReadOnlyList<int> GroupOffsets => _groupOffsets;

    /// <inheritdoc/>
    public IReadOnlyList<int> PuzzleIds => _puzzleIds;

    /// <inheritdoc/>
    public void Read(int example, Span<int> inputs, Span<int> labels)
    {
        _examples[example].Inputs.CopyTo(inputs);
        _examples[example].Labels.CopyTo(labels);
    }
}
