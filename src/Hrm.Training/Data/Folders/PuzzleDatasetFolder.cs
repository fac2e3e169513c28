namespace Hrm.Training;

/// <summary>A split of a dataset folder in the authors' format. Its rows are read from the files when they are needed.</summary>
/// <remarks>
/// <para>
/// <c>ROOT/identifiers.json</c> names the puzzle ids; it may be absent. <c>ROOT/SPLIT/dataset.json</c> describes a split, which has five
/// arrays: <c>all__inputs.npy</c> and <c>all__labels.npy</c>, [N, seq_len]; <c>all__puzzle_identifiers.npy</c>, one id per puzzle;
/// <c>all__puzzle_indices.npy</c> and <c>all__group_indices.npy</c>, the offsets of <see cref="IPuzzleDataset"/>. The metadata may give
/// the set of arrays another name than <c>all</c>. A split of several sets is rejected.
/// </para>
/// <para>
/// Offsets and ids are held in memory, 4 bytes each. Rows are read by position and checked when they are read. Several threads may read at the same time.
/// </para>
/// <para>Reference: https://github.com/sapientinc/HRM, <c>puzzle_dataset.py</c> and <c>dataset/</c>.</para>
/// </remarks>
/// <example><code>
/// using var training = PuzzleDatasetFolder.Open("data/sudoku", "train");
/// using var batches = new TrainingStream(training, batchSize: 768);
/// </code></example>
public sealed class PuzzleDatasetFolder : IPuzzleDataset, IDisposable
{
    private readonly PuzzleSet _set;
    private readonly TokenRules _rules;
    private readonly Lazy<string?> _identifiersHash;

    private PuzzleDatasetFolder(string folder, PuzzleDatasetMetadata metadata, IReadOnlyList<string> identifiers)
    {
        Metadata = metadata;
        Identifiers = identifiers;
        _set = new PuzzleSet(folder, metadata);
        _rules = new TokenRules(metadata.VocabularySize, metadata.IgnoreLabelId);
        _identifiersHash = new Lazy<string?>(() => identifiers.Count > 0 ? DatasetJson.HashOf(identifiers) : null);
    }

    /// <summary>The name of each puzzle id; empty if the dataset has no <c>identifiers.json</c>.</summary>
    public IReadOnlyList<string> Identifiers { get; }

    /// <summary>
    /// The SHA-256, in hexadecimal, of <c>identifiers.json</c> as <see cref="Write"/> formats it; <see langword="null"/> without that file.
    /// The ids of two datasets mean the same puzzles only if both hashes are equal.
    /// </summary>
    public string? IdentifiersHash => _identifiersHash.Value;

    /// <inheritdoc/>
    public int SequenceLength => Metadata.SequenceLength;

    /// <inheritdoc/>
    public int VocabularySize => Metadata.VocabularySize;

    /// <inheritdoc/>
    public int PuzzleIdCount => Metadata.PuzzleIdCount;

    /// <inheritdoc/>
    public int ExampleCount => _set.ExampleCount;

    /// <inheritdoc/>
    public IReadOnlyList<int> PuzzleOffsets => _set.PuzzleOffsets;

    /// <inheritdoc/>
    public IReadOnlyList<int> GroupOffsets => _set.GroupOffsets;

    /// <inheritdoc/>
    public IReadOnlyList<int> PuzzleIds => _set.PuzzleIds;

    internal PuzzleDatasetMetadata Metadata { get; }

    /// <summary>Opens a split and checks everything except its rows.</summary>
    /// <param name="root">The dataset's folder.</param>
    /// <param name="split">The split, for instance <c>train</c>.</param>
    /// <returns>The open split; dispose it.</returns>
    /// <exception cref="HrmFileException">A file cannot be read.</exception>
    /// <exception cref="HrmFormatException">A file is not valid; the message names the file, the place in it and the problem.</exception>
    public static PuzzleDatasetFolder Open(string root, string split)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentException.ThrowIfNullOrEmpty(split);
        var folder = Path.Combine(root, split);
        var metadataPath = Path.Combine(folder, DatasetNames.Metadata);
        var metadata = DatasetJson.ReadMetadata(metadataPath);
        var identifiersPath = Path.Combine(root, DatasetNames.Identifiers);
        if (!File.Exists(identifiersPath))
        {
            return new PuzzleDatasetFolder(folder, metadata, []);
        }

        var identifiers = DatasetJson.ReadIdentifiers(identifiersPath);
        return identifiers.Count == metadata.PuzzleIdCount
            ? new PuzzleDatasetFolder(folder, metadata, identifiers)
            : throw new HrmFormatException(
                FormattableString.Invariant($"num_puzzle_identifiers: expected {identifiers.Count}, the number of identifiers, got {metadata.PuzzleIdCount}"),
                metadataPath);
    }

    /// <summary>Writes a dataset. The folder appears as a whole, with every split and the identifiers, or not at all.</summary>
    /// <remarks>
    /// Each group is written when it is enumerated, so memory does not grow with their number. The files have the same bytes as those of the authors'
    /// builders for the same content, with tokens of the narrowest type that holds them. In addition, <c>dataset.json</c> has <c>total_puzzles</c>, which
    /// the loader of the tiny recursive model requires.
    /// </remarks>
    /// <param name="root">The folder to create, with the folders above it.</param>
    /// <param name="identifiers">The name of each puzzle id, <c>&lt;blank&gt;</c> for 0. Read after all groups, so it may grow while they are enumerated.</param>
    /// <param name="splits">The splits, enumerated one after the other.</param>
    /// <param name="options">The settings of all splits.</param>
    /// <param name="progress">Receives the number of written examples, of all splits, about every thousand groups and after each split.</param>
    /// <param name="cancellationToken">Stops between two groups; nothing is left behind.</param>
    /// <exception cref="InvalidConfigException">The options or the names of splits are not valid; all errors are listed.</exception>
    /// <exception cref="HrmFileException">A file cannot be written, or <paramref name="root"/> may not be replaced.</exception>
    /// <exception cref="ShapeMismatchException">An example has another length, the ids of a puzzle's examples differ, or a part is empty; A token, label or id is out of range, or a label would be read as ignored.</exception>
    /// <exception cref="HrmFormatException">The identifiers are not distinct, or the first is not <c>&lt;blank&gt;</c>.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Write(
        string root,
        IReadOnlyList<string> identifiers,
        IEnumerable<PuzzleSplit> splits,
        PuzzleDatasetOptions options,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentNullException.ThrowIfNull(identifiers);
        ArgumentNullException.ThrowIfNull(splits);
        ArgumentNullException.ThrowIfNull(options);
        new DatasetFolderWriter(root, identifiers, [.. splits], options).Write(progress, cancellationToken);
    }

    /// <summary>Reads every file of a dataset and throws at the first problem. Opening a split does not read its rows.</summary>
    /// <param name="root">The dataset's folder.</param>
    /// <param name="cancellationToken">Stops between two rows.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static void Verify(string root, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        foreach (var split in SplitsOf(root))
        {
            using var dataset = Open(root, split);
            DatasetJson.CheckIdentifiers(Path.Combine(root, DatasetNames.Identifiers), dataset.Identifiers);
            var (inputs, labels) = (new int[dataset.SequenceLength], new int[dataset.SequenceLength]);
            for (var example = 0; example < dataset.ExampleCount; example++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                dataset.Read(example, inputs, labels);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The dataset has no such example.</exception>
    /// <exception cref="ShapeMismatchException">A span has another length than <see cref="SequenceLength"/>.</exception>
    /// <exception cref="HrmFormatException">A token or label is out of the vocabulary.</exception>
    /// <exception cref="HrmFileException">A file was truncated while it was open.</exception>
    /// <exception cref="ObjectDisposedException">The dataset is disposed.</exception>
    public void Read(int example, Span<int> inputs, Span<int> labels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(example);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(example, ExampleCount);
        RequireLength(nameof(inputs), inputs.Length);
        RequireLength(nameof(labels), labels.Length);
        _set.Inputs.CopyTo((long)example * SequenceLength, inputs);
        _set.Labels.CopyTo((long)example * SequenceLength, labels);
        if (_rules.FindBadToken(inputs) is >= 0 and var badToken)
        {
            throw BadValue(_set.Inputs.Path, example, badToken, _rules.ValidTokens, inputs[badToken]);
        }

        if (_rules.FindBadStoredLabel(labels) is >= 0 and var badLabel)
        {
            throw BadValue(_set.Labels.Path, example, badLabel, _rules.ValidStoredLabels, labels[badLabel]);
        }

        _rules.FromStored(labels);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _set.Dispose();

    private static string[] SplitsOf(string root)
    {
        string[] names = HrmFileException.Guard<string[]>(root, "could not be read", () =>
            [.. Directory.EnumerateDirectories(root).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)]);
        return names.Length > 0 ? names : throw new HrmFormatException("expected at least one split, got none", root);
    }

    private static HrmFormatException BadValue(string path, int row, int column, string expected, int got)
        => new(FormattableString.Invariant($"expected {expected}, got {got}"), path, place: FormattableString.Invariant($"row {row}, column {column}"));

    private void RequireLength(string argument, int length)
    {
        if (length != SequenceLength)
        {
            throw new ShapeMismatchException(argument, $"[{SequenceLength}]", $"[{length}]");
        }
    }
}
