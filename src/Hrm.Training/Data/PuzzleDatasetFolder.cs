using Hrm.Core;

namespace Hrm.Training;

/// <summary>A split of a dataset folder in the authors' format. Its rows stay in their files.</summary>
/// <remarks>
/// <para>
/// <c>ROOT/identifiers.json</c> names the puzzle ids. <c>ROOT/SPLIT/dataset.json</c> describes a split, whose sets are five arrays
/// each: <c>SET__inputs.npy</c> and <c>SET__labels.npy</c>, [N, seq_len]; <c>SET__puzzle_identifiers.npy</c>, one id per puzzle;
/// <c>SET__puzzle_indices.npy</c> and <c>SET__group_indices.npy</c>, the offsets of <see cref="IPuzzleDataset"/>. Several sets
/// are concatenated in the order of the metadata.
/// </para>
/// <para>
/// Offsets and ids are held in memory, 4 bytes each. Rows are read by position and checked when they are read. Safe for several threads.
/// </para>
/// <para>Reference: https://github.com/sapientinc/HRM, <c>puzzle_dataset.py</c> and <c>dataset/</c>.</para>
/// </remarks>
/// <example><code>
/// using var training = PuzzleDatasetFolder.Open("data/sudoku", "train");
/// using var batches = new TrainingStream(training, batchSize: 768);
/// </code></example>
public sealed class PuzzleDatasetFolder : IPuzzleDataset, IDisposable
{
    /// <summary>The tolerance of the stated mean, which may have been written with fewer digits.</summary>
    private const double MeanTolerance = 1e-6;

    private readonly string _folder;
    private readonly PuzzleSet[] _sets;
    private readonly int[] _firstExamples;
    private readonly TokenRules _rules;
    private readonly Lazy<string> _identifiersHash;

    private PuzzleDatasetFolder(string folder, PuzzleDatasetMetadata metadata, PuzzleSet[] sets, IReadOnlyList<string> identifiers)
    {
        var examples = sets.Sum(set => (long)set.ExampleCount);
        if (examples >= int.MaxValue)
        {
            throw new DatasetFormatException(folder, FormattableString.Invariant($"expected fewer than {int.MaxValue} examples in all sets, got {examples}"));
        }

        _folder = folder;
        Metadata = metadata;
        _sets = sets;
        _rules = new TokenRules(metadata.VocabularySize, metadata.IgnoreLabelId);
        _firstExamples = [.. sets.Select((_, index) => sets.Take(index).Sum(set => set.ExampleCount))];
        ExampleCount = (int)examples;
        PuzzleOffsets = Join(sets, set => set.PuzzleOffsets);
        GroupOffsets = Join(sets, set => set.GroupOffsets);
        PuzzleIds = sets.Length == 1 ? sets[0].PuzzleIds : [.. sets.SelectMany(set => set.PuzzleIds)];
        Identifiers = identifiers;
        _identifiersHash = new Lazy<string>(() => DatasetJson.HashOf(identifiers));
    }

    /// <summary>The name of each puzzle id.</summary>
    public IReadOnlyList<string> Identifiers { get; }

    /// <summary>
    /// The SHA-256, in hexadecimal, of <c>identifiers.json</c> as <see cref="Write"/> formats it. The ids of two datasets mean the same
    /// puzzles only if both hashes are equal.
    /// </summary>
    public string IdentifiersHash => _identifiersHash.Value;

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

    /// <summary>The metadata. Only <see cref="Verify"/> compares <c>total_groups</c> and the mean with the arrays.</summary>
    internal PuzzleDatasetMetadata Metadata { get; }

    /// <summary>Opens a split and checks everything except its rows.</summary>
    /// <param name="root">The dataset's folder.</param>
    /// <param name="split">The split, for instance <c>train</c>.</param>
    /// <returns>The open split; dispose it.</returns>
    /// <exception cref="HrmFileException">A file cannot be read.</exception>
    /// <exception cref="DatasetFormatException">A file is not valid; the message names the file, the place in it and the problem.</exception>
    public static PuzzleDatasetFolder Open(string root, string split)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentException.ThrowIfNullOrEmpty(split);
        var folder = Path.Combine(root, split);
        var metadataPath = Path.Combine(folder, DatasetNames.Metadata);
        var metadata = DatasetJson.ReadMetadata(metadataPath);
        var identifiers = DatasetJson.ReadIdentifiers(Path.Combine(root, DatasetNames.Identifiers));
        if (identifiers.Count != metadata.PuzzleIdCount)
        {
            // A model takes memory for each id that is stated.
            throw new DatasetFormatException(
                metadataPath, FormattableString.Invariant($"num_puzzle_identifiers: expected {identifiers.Count}, the number of identifiers, got {metadata.PuzzleIdCount}"));
        }

        var sets = new List<PuzzleSet>();
        try
        {
            foreach (var name in metadata.Sets)
            {
                sets.Add(new PuzzleSet(folder, name, metadata));
            }

            return new PuzzleDatasetFolder(folder, metadata, [.. sets], identifiers);
        }
        catch
        {
            sets.ForEach(set => set.Dispose());
            throw;
        }
    }

    /// <summary>Writes a dataset. The folder appears as a whole, with every split and the identifiers, or not at all.</summary>
    /// <remarks>
    /// Groups are written as they come, so memory does not grow with their number. The files have the same bytes as those of the authors'
    /// builders for the same content and <see cref="TokenStorage"/>. In addition, <c>dataset.json</c> has <c>total_puzzles</c>, which
    /// the loader of the tiny recursive model requires.
    /// </remarks>
    /// <param name="root">The folder to create, with the folders above it.</param>
    /// <param name="identifiers">The name of each puzzle id, <c>&lt;blank&gt;</c> for 0. Read after all groups, so it may grow while they are enumerated.</param>
    /// <param name="splits">The splits, enumerated one after the other.</param>
    /// <param name="options">The settings of all splits.</param>
    /// <param name="progress">Receives a report about every thousand groups and at the end of each split.</param>
    /// <param name="cancellationToken">Stops between two groups; nothing is left behind.</param>
    /// <exception cref="InvalidConfigException">The options or the names of splits are not valid; all errors are listed.</exception>
    /// <exception cref="HrmFileException">A file cannot be written, or <paramref name="root"/> may not be replaced.</exception>
    /// <exception cref="ShapeMismatchException">An example has another length, the ids of a puzzle's examples differ, or a part is empty.</exception>
    /// <exception cref="TokenOutOfRangeException">A token, label or id is out of range, or a label would be read as ignored.</exception>
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

    /// <summary>Reads every file of a dataset and throws at the first problem. Opening a split does not read its rows.</summary>
    /// <param name="root">The dataset's folder.</param>
    /// <param name="cancellationToken">Stops between two rows.</param>
    /// <exception cref="HrmFileException">A file cannot be read.</exception>
    /// <exception cref="DatasetFormatException">A file is not valid; the message names the file, the place in it and the problem.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Verify(string root, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        foreach (var split in SplitsOf(root))
        {
            using var dataset = Open(root, split);
            DatasetJson.CheckIdentifiers(Path.Combine(root, DatasetNames.Identifiers), dataset.Identifiers, dataset.Metadata.BlankIdentifierId);
            dataset.VerifyCounts();
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
    /// <exception cref="DatasetFormatException">A token or label is out of the vocabulary.</exception>
    /// <exception cref="HrmFileException">A file was truncated while it was open.</exception>
    /// <exception cref="ObjectDisposedException">The dataset is disposed.</exception>
    public void Read(int example, Span<int> inputs, Span<int> labels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(example);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(example, ExampleCount);
        RequireLength(nameof(inputs), inputs.Length);
        RequireLength(nameof(labels), labels.Length);
        var set = SetOf(example);
        var row = example - _firstExamples[set];
        var (tokens, targets) = (_sets[set].Inputs, _sets[set].Labels);
        tokens.CopyTo((long)row * SequenceLength, inputs);
        targets.CopyTo((long)row * SequenceLength, labels);
        if (_rules.FindBadToken(inputs) is >= 0 and var badToken)
        {
            throw BadValue(tokens.Path, row, badToken, _rules.ExpectedTokens, inputs[badToken]);
        }

        if (_rules.FindBadStoredLabel(labels) is >= 0 and var badLabel)
        {
            throw BadValue(targets.Path, row, badLabel, _rules.ExpectedStoredLabels, labels[badLabel]);
        }

        _rules.FromStored(labels);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => Array.ForEach(_sets, set => set.Dispose());

    private static string[] SplitsOf(string root)
    {
        try
        {
            string[] names = [.. Directory.EnumerateDirectories(root).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];
            return names.Length > 0 ? names : throw new DatasetFormatException(root, "expected at least one split, got none");
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(root, "could not be read", exception);
        }
    }

    /// <summary>The offsets of several sets, concatenated. The last offset of a set is the first of the next.</summary>
    private static int[] Join(PuzzleSet[] sets, Func<PuzzleSet, int[]> offsetsOf)
    {
        if (sets.Length == 1)
        {
            return offsetsOf(sets[0]);
        }

        var joined = new List<int> { 0 };
        foreach (var offsets in sets.Select(offsetsOf))
        {
            var start = joined[^1];
            joined.AddRange(offsets.Skip(1).Select(offset => start + offset));
        }

        return [.. joined];
    }

    private void VerifyCounts()
    {
        var (groups, mean) = (GroupOffsets.Count - 1, (double)ExampleCount / PuzzleIds.Count);
        var errors = new RangeRules()
            .Check("total_groups", Metadata.TotalGroups, Metadata.TotalGroups == groups, FormattableString.Invariant($"{groups}, as the sets have"))
            .Check(
                "mean_puzzle_examples",
                Metadata.MeanPuzzleExamples,
                Math.Abs(Metadata.MeanPuzzleExamples - mean) <= MeanTolerance * mean,
                FormattableString.Invariant($"{mean}, as the sets have"))
            .Errors;
        if (errors.Count > 0)
        {
            throw new DatasetFormatException(Path.Combine(_folder, DatasetNames.Metadata), string.Join("; ", errors));
        }
    }

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
