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
    private const int IndicesAtOnce = 1 << 20;

    private readonly string _folder;
    private readonly TokenRules _rules;
    private readonly Lazy<string?> _identifiersHash;
    private readonly NpyFile _inputs; // [N, seq_len]
    private readonly NpyFile _labels; // [N, seq_len], as stored

    private PuzzleDatasetFolder(string folder, PuzzleDatasetMetadata metadata, IReadOnlyList<string> identifiers)
    {
        _folder = folder;
        Metadata = metadata;
        Identifiers = identifiers;
        _rules = new TokenRules(metadata.VocabularySize, metadata.IgnoreLabelId);
        _identifiersHash = new Lazy<string?>(() => identifiers.Count > 0 ? DatasetJson.HashOf(identifiers) : null);
        try
        {
            _inputs = OpenRows(DatasetNames.Inputs, rows: null);
            _labels = OpenRows(DatasetNames.Labels, _inputs.Shape[0]);

            // No puzzle and no group is empty, so the number of each is bounded before it is read.
            PuzzleOffsets = ReadOffsets(DatasetNames.PuzzleOffsets, ExampleCount, "the number of examples");
            GroupOffsets = ReadOffsets(DatasetNames.GroupOffsets, PuzzleOffsets.Count - 1, "the number of puzzles");
            PuzzleIds = ReadIds(PuzzleOffsets.Count - 1);
        }
        catch
        {
            _inputs?.Dispose();
            _labels?.Dispose();
            throw;
        }
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
    public int ExampleCount => (int)_inputs.Shape[0];

    /// <inheritdoc/>
    public IReadOnlyList<int> PuzzleOffsets { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> GroupOffsets { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> PuzzleIds { get; }

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
        _inputs.CopyTo((long)example * SequenceLength, inputs);
        _labels.CopyTo((long)example * SequenceLength, labels);
        if (_rules.FindBadToken(inputs) is >= 0 and var badToken)
        {
            throw BadValue(_inputs, example, badToken, _rules.ValidTokens, inputs[badToken]);
        }

        if (_rules.FindBadStoredLabel(labels) is >= 0 and var badLabel)
        {
            throw BadValue(_labels, example, badLabel, _rules.ValidStoredLabels, labels[badLabel]);
        }

        _rules.FromStored(labels);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        _inputs.Dispose();
        _labels.Dispose();
    }

    private static string[] SplitsOf(string root)
    {
        string[] names = HrmFileException.Guard<string[]>(root, "could not be read", () =>
            [.. Directory.EnumerateDirectories(root).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)]);
        return names.Length > 0 ? names : throw new HrmFormatException("expected at least one split, got none", root);
    }

    private static HrmFormatException BadValue(NpyFile file, int row, int column, string expected, int got)
        => Fail(file, FormattableString.Invariant($"row {row}, column {column}"), FormattableString.Invariant($"expected {expected}, got {got}"));

    private void RequireLength(string argument, int length)
    {
        if (length != SequenceLength)
        {
            throw new ShapeMismatchException(argument, $"[{SequenceLength}]", $"[{length}]");
        }
    }

    private static HrmFormatException Fail(NpyFile file, string place, string problem) => new(problem, file.Path, place: place);

    private NpyFile OpenArray(string field) => NpyFile.Open(Path.Combine(_folder, DatasetNames.ArrayFile(Metadata.Sets[0], field)));

    private NpyFile OpenRows(string field, long? rows)
    {
        var file = OpenArray(field);
        if (file.Shape.Count == 2 && file.Shape[1] == SequenceLength && file.Shape[0] is > 0 and < int.MaxValue && (rows ?? file.Shape[0]) == file.Shape[0])
        {
            return file;
        }

        using (file)
        {
            var expected = rows is null ? "at least one row" : FormattableString.Invariant($"{rows} rows, as the inputs have,");
            throw Fail(file, "shape", FormattableString.Invariant($"expected {expected} of seq_len {SequenceLength}, got ({string.Join(", ", file.Shape)})"));
        }
    }

    private int[] ReadOffsets(string field, int count, string counted)
    {
        using var file = OpenArray(field);
        var offsets = ReadIndices(file, 2, Math.Min(count, Array.MaxLength - 1) + 1);
        for (var i = 0; i < offsets.Length; i++)
        {
            var isLast = i == offsets.Length - 1;
            if (i == 0 ? offsets[0] != 0 : offsets[i] <= offsets[i - 1] || (isLast && offsets[i] != count))
            {
                var expected = i == 0 ? "0" : isLast ? $"{count}, {counted}" : $"more than {offsets[i - 1]}";
                throw Fail(file, FormattableString.Invariant($"[{i}]"), FormattableString.Invariant($"expected {expected}, got {offsets[i]}"));
            }
        }

        return offsets;
    }

    private int[] ReadIds(int puzzles)
    {
        using var file = OpenArray(DatasetNames.PuzzleIds);
        var ids = ReadIndices(file, puzzles, puzzles);
        var rules = new TokenRules(PuzzleIdCount, null);
        return rules.FindBadToken(ids) is >= 0 and var bad
            ? throw Fail(file, FormattableString.Invariant($"[{bad}]"), FormattableString.Invariant($"expected {rules.ValidTokens}, got {ids[bad]}"))
            : ids;
    }

    private static int[] ReadIndices(NpyFile file, int least, int most)
    {
        if (file.Dtype != NpyDtype.Int32 && file.Dtype != NpyDtype.Int64)
        {
            throw Fail(file, "type", $"expected {NpyDtype.Int32.Descriptor} or {NpyDtype.Int64.Descriptor}, got {file.Dtype.Descriptor}");
        }

        if (file.Shape.Count != 1 || file.Count < least || file.Count > most)
        {
            var lengths = least == most ? $"{most}" : $"{least} … {most}";
            throw Fail(file, "shape", $"expected one axis of length {lengths}, got ({string.Join(", ", file.Shape)})");
        }

        var values = new int[file.Count];
        for (var start = 0; start < values.Length; start += IndicesAtOnce)
        {
            file.CopyTo(start, values.AsSpan(start, Math.Min(IndicesAtOnce, values.Length - start)));
        }

        return values;
    }
}
