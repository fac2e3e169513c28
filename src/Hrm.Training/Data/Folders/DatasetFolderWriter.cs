using Hrm.Core;

namespace Hrm.Training;

/// <summary>Writes a dataset folder beside its final name, which it takes when all is written.</summary>
internal sealed class DatasetFolderWriter
{
    private const int GroupsBetweenReports = 1024;

    private readonly string _root;
    private readonly IReadOnlyList<string> _identifiers;
    private readonly PuzzleSplit[] _splits;
    private readonly PuzzleDatasetOptions _options;

    public DatasetFolderWriter(string root, IReadOnlyList<string> identifiers, PuzzleSplit[] splits, PuzzleDatasetOptions options)
    {
        InvalidConfigException.ThrowIfAny("dataset options", Check(options, splits));
        _root = AtomicFile.FollowLinks(Path.TrimEndingDirectorySeparator(root));
        _identifiers = identifiers;
        _splits = splits;
        _options = options;
    }

    public void Write(IProgress<DatasetWriteProgress>? progress, CancellationToken cancellationToken)
    {
        MakeRoom();
        using var staged = StagedFolder.Create(_root);
        var counts = Array.ConvertAll(_splits, split => Write(staged.Path, split, progress, cancellationToken));
        IdentifierFile.Check(Path.Combine(_root, DatasetNames.Identifiers), _identifiers, blankId: 0, new FirstFinding());
        for (var i = 0; i < _splits.Length; i++)
        {
            RequireIds(_splits[i].Name, counts[i]);
            DatasetMetadataFile.Write(Path.Combine(staged.Path, _splits[i].Name, DatasetNames.Metadata), MetadataOf(counts[i]), counts[i].Puzzles);
        }

        IdentifierFile.Write(Path.Combine(staged.Path, DatasetNames.Identifiers), _identifiers);
        cancellationToken.ThrowIfCancellationRequested();
        staged.Commit(_options.Overwrite);
    }

    private static IReadOnlyList<string> Check(PuzzleDatasetOptions options, PuzzleSplit[] splits)
    {
        const string PlainName = "letters, digits and _-+. and no dot at either end";
        var rules = new RangeRules()
            .Between("VocabularySize", options.VocabularySize, 1, int.MaxValue)
            .Between("SequenceLength", options.SequenceLength, 1, DatasetMetadataFile.MaxSequenceLength)
            .Between("PadId", options.PadId, 0, Math.Max(options.VocabularySize - 1, 0))
            .Check("SetName", options.SetName, DatasetNames.IsPlain(options.SetName), PlainName)
            .Check("IgnoreLabelId", options.IgnoreLabelId ?? 0, options.IgnoreLabelId != int.MinValue, $"more than {int.MinValue}")
            .Check("splits", splits.Length, splits.Length > 0, "at least one");
        foreach (var split in splits)
        {
            var isPlain = DatasetNames.IsPlain(split.Name) && splits.Count(other => other.Name.Equals(split.Name, StringComparison.OrdinalIgnoreCase)) == 1;
            rules.Check("splits: name", split.Name, isPlain, $"different names of {PlainName}");
            rules.Check("splits: Storage", split.Storage, Enum.IsDefined(split.Storage) && Dtype(split, options) is not null, "a type that holds every token and the ignored label");
        }

        return rules.Errors;
    }

    /// <summary>The type of a split's tokens and labels; <see langword="null"/> where the one asked for does not hold them.</summary>
    private static NpyDtype? Dtype(PuzzleSplit split, PuzzleDatasetOptions options)
    {
        var least = Math.Min(0, options.IgnoreLabelId ?? 0);
        var most = Math.Max(options.VocabularySize - 1, options.IgnoreLabelId ?? 0);
        var dtype = split.Storage switch
        {
            TokenStorage.UInt8 => NpyDtype.UInt8,
            TokenStorage.Int16 => NpyDtype.Int16,
            TokenStorage.UInt16 => NpyDtype.UInt16,
            TokenStorage.Int32 => NpyDtype.Int32,
            TokenStorage.Int64 => NpyDtype.Int64,
            _ => NpyDtype.Narrowest(least, most),
        };
        return dtype.Holds(least, most) ? dtype : null;
    }

    /// <summary>Refuses to replace what was not asked to be replaced, or is no dataset; makes the folders above.</summary>
    private void MakeRoom()
    {
        var parent = Path.GetDirectoryName(_root) ?? throw new HrmFileException(_root, "expected the path of a folder, got the root of a file system");
        try
        {
            Directory.CreateDirectory(parent);
            StagedFolder.CleanUp(parent, Path.GetFileName(_root));
            if (File.Exists(_root))
            {
                throw new HrmFileException(_root, "expected a folder or nothing, got a file");
            }

            var present = Directory.Exists(_root) ? Directory.GetFileSystemEntries(_root) : [];
            if (present.Length > 0 && !_options.Overwrite)
            {
                throw new HrmFileException(_root, "expected nothing or an empty folder; what is there is replaced only where Overwrite says so");
            }

            if (DatasetContents.FindStranger(_root) is { } other)
            {
                throw new HrmFileException(_root, $"expected nothing but a dataset, which may be replaced, got {Quote.Text(other)}");
            }
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(_root, "could not be written", exception);
        }
    }

    private SplitCounts Write(string staged, PuzzleSplit split, IProgress<DatasetWriteProgress>? progress, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(staged, split.Name);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(folder, "could not be written", exception);
        }

        using var writer = new PuzzleSetWriter(folder, split.Name, Dtype(split, _options)!, _options);
        foreach (var group in split.Groups)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Add(group);
            if (writer.Counts.Groups % GroupsBetweenReports == 0)
            {
                Report();
            }
        }

        writer.Complete();
        Report();
        return writer.Counts;

        void Report() => progress?.Report(new DatasetWriteProgress(split.Name, writer.Counts.Groups, writer.Counts.Examples));
    }

    private void RequireIds(string split, SplitCounts counts)
    {
        if (counts.LargestId >= _identifiers.Count)
        {
            throw new TokenOutOfRangeException(FormattableString.Invariant(
                $"{split}: puzzle {counts.LargestIdPuzzle}: puzzle id: expected 0 … {_identifiers.Count - 1}, as there are identifiers, got {counts.LargestId}."));
        }
    }

    private PuzzleDatasetMetadata MetadataOf(SplitCounts counts) => new()
    {
        PadId = _options.PadId,
        IgnoreLabelId = _options.IgnoreLabelId,
        BlankIdentifierId = 0,
        VocabularySize = _options.VocabularySize,
        SequenceLength = _options.SequenceLength,
        PuzzleIdCount = _identifiers.Count,
        TotalGroups = counts.Groups,
        MeanPuzzleExamples = (double)counts.Examples / counts.Puzzles,
        Sets = [_options.SetName],
    };
}
