using Hrm.Core;

namespace Hrm.Training;

/// <summary>A split of a dataset folder in the authors' format, read without loading it: the rows stay in their files.</summary>
/// <remarks>
/// <para>
/// <c>ROOT/identifiers.json</c> names the puzzle ids. <c>ROOT/SPLIT/dataset.json</c> describes a split, whose sets are five arrays
/// each: <c>SET__inputs.npy</c> and <c>SET__labels.npy</c>, [N, seq_len]; <c>SET__puzzle_identifiers.npy</c>, an id for each puzzle;
/// <c>SET__puzzle_indices.npy</c> and <c>SET__group_indices.npy</c>, the offsets of <see cref="IPuzzleDataset"/>. Several sets
/// follow each other in the order of the metadata.
/// </para>
/// <para>
/// Offsets and ids are held in memory, 4 bytes each; rows stay on the disk and are checked when they are read. Safe for several
/// threads.
/// </para>
/// <para>Reference: https://github.com/sapientinc/HRM, <c>puzzle_dataset.py</c> and <c>dataset/</c>.</para>
/// </remarks>
/// <example><code>
/// using var training = PuzzleDatasetFolder.Open("data/sudoku", "train");
/// using var stream = new TrainingStream(training, batchSize: 768);
/// </code></example>
public sealed class PuzzleDatasetFolder : IPuzzleDataset, IDisposable
{
    private readonly PuzzleSet[] _sets;
    private readonly int[] _firstExamples;
    private readonly TokenRules _rules;
    private readonly Lazy<string?> _identifiersHash;

    private PuzzleDatasetFolder(PuzzleDatasetMetadata metadata, PuzzleSet[] sets, SetConcatenation whole, IReadOnlyList<string>? identifiers)
    {
        Metadata = metadata;
        _sets = sets;
        _rules = new TokenRules(metadata.VocabularySize, metadata.IgnoreLabelId);
        _firstExamples = whole.FirstExamples;
        ExampleCount = whole.ExampleCount;
        PuzzleOffsets = whole.PuzzleOffsets;
        GroupOffsets = whole.GroupOffsets;
        PuzzleIds = whole.PuzzleIds;
        Identifiers = identifiers ?? [];
        _identifiersHash = new Lazy<string?>(() => identifiers is null ? null : IdentifierFile.HashOf(identifiers));
    }

    /// <summary>What <c>dataset.json</c> says. Its <c>total_groups</c> and mean are not compared with the arrays; <see cref="Validate"/> does that.</summary>
    public PuzzleDatasetMetadata Metadata { get; }

    /// <summary>The name of each puzzle id; empty if the folder has no <c>identifiers.json</c>.</summary>
    public IReadOnlyList<string> Identifiers { get; }

    /// <summary>
    /// The SHA-256 of <c>identifiers.json</c> as <see cref="Write"/> lays it out, in hexadecimal; <see langword="null"/> without the
    /// file. A model trained on one dataset means the same puzzles by the ids of another only if both have the same hash.
    /// </summary>
    public string? IdentifiersHash => _identifiersHash.Value;

    /// <inheritdoc/>
    public int SequenceLength => Metadata.SequenceLength;

    /// <inheritdoc/>
    public int VocabularySize => Metadata.VocabularySize;

    /// <inheritdoc/>
    public int PuzzleIdCount => Metadata.PuzzleIdCount;

    /// <inheritdoc/>
    public int ExampleCount { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> PuzzleOffsets { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> GroupOffsets { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> PuzzleIds { get; }

    /// <summary>Opens a split and checks everything except its rows, including the stated number of puzzle ids.</summary>
    /// <param name="root">The dataset's folder.</param>
    /// <param name="split">The split, for instance <c>train</c>.</param>
    /// <returns>The open split; dispose it.</returns>
    /// <exception cref="HrmFileException">A file cannot be read.</exception>
    /// <exception cref="DatasetFormatException">A file is not what it should be; the message says where. The first problem is thrown, <see cref="Validate"/> lists all.</exception>
    public static PuzzleDatasetFolder Open(string root, string split)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentException.ThrowIfNullOrEmpty(split);
        var folder = Path.Combine(root, split);
        var findings = new FirstFinding();
        var metadata = DatasetMetadataFile.Read(Path.Combine(folder, DatasetNames.Metadata), findings)!;
        var sets = new List<PuzzleSet>();
        try
        {
            foreach (var name in metadata.Sets)
            {
                sets.Add(PuzzleSet.Open(folder, name, metadata, findings));
            }

            var identifiers = IdentifierFile.Read(Path.Combine(root, DatasetNames.Identifiers));
            IdentifierFile.CheckCount(root, split, metadata, identifiers, findings);
            return new PuzzleDatasetFolder(metadata, [.. sets], SetConcatenation.Of(folder, sets), identifiers);
        }
        catch
        {
            sets.ForEach(set => set.Dispose());
            throw;
        }
    }

    /// <summary>Writes a dataset: the folder is there as a whole, every split and the identifiers, or not at all.</summary>
    /// <remarks>
    /// Groups are written as they come, so memory does not grow with their number. The files have the bytes that the authors'
    /// builders give the same content, in the same <see cref="TokenStorage"/>; <c>dataset.json</c> also has <c>total_puzzles</c>, which
    /// the loader of the tiny recursive model demands.
    /// </remarks>
    /// <param name="root">The folder to make; the folders above it are made too.</param>
    /// <param name="identifiers">The name of each puzzle id, <c>&lt;blank&gt;</c> for 0. Read after all groups, so it may grow while they are enumerated.</param>
    /// <param name="splits">The splits, enumerated one after the other.</param>
    /// <param name="options">What holds for all splits.</param>
    /// <param name="progress">Told of every thousandth group or so, and of the end of each split.</param>
    /// <param name="cancellationToken">Stops between two groups; nothing is left behind.</param>
    /// <exception cref="InvalidConfigException">The options or the names of splits are bad; all problems are listed.</exception>
    /// <exception cref="HrmFileException">A file cannot be written, or <paramref name="root"/> is taken.</exception>
    /// <exception cref="ShapeMismatchException">An example has another length, something is empty, or the ids of a puzzle's examples differ.</exception>
    /// <exception cref="TokenOutOfRangeException">A token, label or id is out of range, or a label would read as ignored.</exception>
    /// <exception cref="DatasetFormatException">The identifiers are not distinct, or the first is not <c>&lt;blank&gt;</c>.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Write(
        string root,
        IReadOnlyList<string> identifiers,
        IEnumerable<PuzzleSplit> splits,
        PuzzleDatasetOptions options,
        IProgress<DatasetWriteProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentNullException.ThrowIfNull(identifiers);
        ArgumentNullException.ThrowIfNull(splits);
        ArgumentNullException.ThrowIfNull(options);
        new DatasetFolderWriter(root, identifiers, [.. splits], options).Write(progress, cancellationToken);
    }

    /// <summary>Looks for everything that is wrong in a dataset folder, rows included, without stopping at the first problem.</summary>
    /// <remarks>
    /// What depends on a broken part is not looked at: without readable metadata, the arrays of a split. <c>identifiers.json</c> may be
    /// missing.
    /// </remarks>
    /// <param name="root">The dataset's folder.</param>
    /// <param name="split">The one split to look at; all by default.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>What was found; of one kind in one file the first 20, and a count of the rest. Empty for a sound dataset.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyList<DatasetFinding> Validate(string root, string? split = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        return new DatasetFolderValidator(root).Validate(split, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    /// <exception cref="ShapeMismatchException">A span has another length than <see cref="SequenceLength"/>.</exception>
    /// <exception cref="DatasetFormatException">A token or label is out of the vocabulary.</exception>
    /// <exception cref="HrmFileException">A file was shortened while it was open.</exception>
    /// <exception cref="ObjectDisposedException">The dataset is disposed.</exception>
    public void Read(int example, Span<int> inputs, Span<int> labels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(example);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(example, ExampleCount);
        RequireLength(nameof(inputs), inputs.Length);
        RequireLength(nameof(labels), labels.Length);
        var set = SetOf(example);
        var row = example - _firstExamples[set];
        var (tokens, targets) = (_sets[set].Inputs!, _sets[set].Labels!);
        tokens.CopyTo((long)row * SequenceLength, inputs);
        targets.CopyTo((long)row * SequenceLength, labels);
        if (_rules.FindBadToken(inputs) is >= 0 and var badToken)
        {
            throw BadValue(tokens.Path, row, badToken, _rules.ExpectedTokens, inputs[badToken]);
        }

        if (_rules.FindBadLabel(labels) is >= 0 and var badLabel)
        {
            throw BadValue(targets.Path, row, badLabel, _rules.ExpectedLabels, labels[badLabel]);
        }

        _rules.FromStored(labels);
    }

    /// <summary>Releases the files.</summary>
    public void Dispose() => Array.ForEach(_sets, set => set.Dispose());

    private static DatasetFormatException BadValue(string path, int row, int column, string expected, int got)
        => new(path, FormattableString.Invariant($"row {row}, column {column}: {expected}, got {got}"));

    private int SetOf(int example)
    {
        var found = Array.BinarySearch(_firstExamples, example);
        return found >= 0 ? found : ~found - 1;
    }

    private void RequireLength(string argument, int length)
    {
        if (length != SequenceLength)
        {
            throw new ShapeMismatchException(argument, $"[{SequenceLength}]", $"[{length}]");
        }
    }
}
