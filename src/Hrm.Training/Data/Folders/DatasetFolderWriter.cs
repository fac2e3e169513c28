using Hrm.Core;

namespace Hrm.Training;

/// <summary>Writes a dataset folder beside its final name, to which it is renamed when everything is written.</summary>
internal sealed class DatasetFolderWriter
{
    private const int GroupsBetweenReports = 1024;

    private readonly string _root;
    private readonly IReadOnlyList<string> _identifiers;
    private readonly PuzzleSplit[] _splits;
    private readonly PuzzleDatasetOptions _options;

    public DatasetFolderWriter(string root, IReadOnlyList<string> identifiers, PuzzleSplit[] splits, PuzzleDatasetOptions options)
    {
        InvalidConfigException.ThrowIfAny("dataset options", FindErrors(options, splits));
        _root = AtomicFile.FollowLinks(Path.TrimEndingDirectorySeparator(root));
        _identifiers = identifiers;
        _splits = splits;
        _options = options;
    }

    public void Write(IProgress<DatasetWriteProgress>? progress, CancellationToken cancellationToken)
    {
        MakeRoom();
        using var staged = StagedFolder.Create(_root);
        var writers = new List<PuzzleSetWriter>();
        try
        {
            foreach (var split in _splits)
            {
                writers.Add(new PuzzleSetWriter(Path.Combine(staged.Path, split.Name), split, _options));
                Write(writers[^1], split, progress, cancellationToken);
            }

            Complete(staged.Path, writers);
        }
        finally
        {
            writers.ForEach(writer => writer.Dispose());
        }

        cancellationToken.ThrowIfCancellationRequested();
        staged.Commit(_options.Overwrite);
    }

    private static IReadOnlyList<string> FindErrors(PuzzleDatasetOptions options, PuzzleSplit[] splits)
    {
        const string PlainName = "letters, digits and _-+. and no dot at either end";
        var rules = new RangeRules()
            .Between("VocabularySize", options.VocabularySize, 1, int.MaxValue)
            .Between("SequenceLength", options.SequenceLength, 1, DatasetJson.MaxSequenceLength)
            .Between("PadId", options.PadId, 0, Math.Max(options.VocabularySize - 1, 0))
            .Check("SetName", options.SetName, DatasetNames.IsPlain(options.SetName), PlainName)
            .Check("IgnoreLabelId", options.IgnoreLabelId ?? 0, options.IgnoreLabelId != int.MinValue, $"more than {int.MinValue}")
            .Check("splits", splits.Length, splits.Length > 0, "at least one");
        foreach (var split in splits)
        {
            var isPlain = DatasetNames.IsPlain(split.Name) && splits.Count(other => other.Name.Equals(split.Name, StringComparison.OrdinalIgnoreCase)) == 1;
            rules.Check("splits: name", split.Name, isPlain, $"different names of {PlainName}");
        }

        return rules.Errors;
    }

    /// <summary>Rejects a folder that may not be replaced, and creates the folders above.</summary>
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

            if (!Directory.Exists(_root))
            {
                return;
            }

            if (Directory.EnumerateFileSystemEntries(_root).Any() && !_options.Overwrite)
            {
                throw new HrmFileException(_root, "expected nothing or an empty folder; a dataset is replaced only if Overwrite is set");
            }

            if (DatasetNames.FindStranger(_root) is { } stranger)
            {
                throw new HrmFileException(_root, $"expected nothing but a dataset, which may be replaced, got {Quote.Text(stranger)}");
            }
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(_root, "could not be written", exception);
        }
    }

    private static void Write(PuzzleSetWriter writer, PuzzleSplit split, IProgress<DatasetWriteProgress>? progress, CancellationToken cancellationToken)
    {
        foreach (var group in split.Groups)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Add(group);
            if (writer.Groups % GroupsBetweenReports == 0)
            {
                Report();
            }
        }

        Report();

        void Report() => progress?.Report(new DatasetWriteProgress(split.Name, writer.Groups, writer.Examples));
    }

    /// <summary>Completes all splits once the identifiers are known, which may grow while groups are enumerated.</summary>
    private void Complete(string staged, List<PuzzleSetWriter> writers)
    {
        DatasetJson.CheckIdentifiers(Path.Combine(_root, DatasetNames.Identifiers), _identifiers, blankId: 0);
        for (var i = 0; i < _splits.Length; i++)
        {
            writers[i].Complete(_identifiers.Count);
            var metadata = new PuzzleDatasetMetadata
            {
                PadId = _options.PadId,
                IgnoreLabelId = _options.IgnoreLabelId,
                BlankIdentifierId = 0,
                VocabularySize = _options.VocabularySize,
                SequenceLength = _options.SequenceLength,
                PuzzleIdCount = _identifiers.Count,
                TotalGroups = writers[i].Groups,
                MeanPuzzleExamples = (double)writers[i].Examples / writers[i].Puzzles,
                Sets = [_options.SetName],
            };
            DatasetJson.WriteMetadata(Path.Combine(staged, _splits[i].Name, DatasetNames.Metadata), metadata, writers[i].Puzzles);
        }

        DatasetJson.WriteIdentifiers(Path.Combine(staged, DatasetNames.Identifiers), _identifiers);
    }
}
