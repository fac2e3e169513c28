namespace Hrm.Training;

/// <summary>Writes a dataset folder beside its final name. It is renamed to that name when everything is written.</summary>
internal sealed class DatasetFolderWriter(string root, IReadOnlyList<string> identifiers, PuzzleSplit[] splits, PuzzleDatasetOptions options)
{
    private const int GroupsBetweenReports = 1024;

    private readonly string _root = AtomicFile.FollowLinks(Path.TrimEndingDirectorySeparator(root));

    public void Write(IProgress<int>? progress, CancellationToken cancellationToken)
    {
        InvalidConfigException.ThrowIfAny("dataset options", FindErrors());
        ReportErrors(MakeRoom);
        using var staged = StagedFolder.Create(_root);
        var writers = new List<PuzzleSetWriter>();
        try
        {
            foreach (var split in splits)
            {
                ReportErrors(() => writers.Add(new PuzzleSetWriter(Path.Combine(staged.Path, split.Name), split.Name, options)));
                foreach (var group in split.Groups)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    ReportErrors(() => writers[^1].Add(group));
                    if (writers[^1].Groups % GroupsBetweenReports == 0)
                    {
                        Report();
                    }
                }

                Report();
            }

            ReportErrors(() => Complete(staged.Path, writers));
        }
        finally
        {
            writers.ForEach(writer => writer.Dispose());
        }

        cancellationToken.ThrowIfCancellationRequested();
        staged.Commit(options.Overwrite);

        void Report() => progress?.Report(writers.Sum(writer => writer.Examples));
    }

    private IReadOnlyList<string> FindErrors()
    {
        var rules = new RangeRules()
            .Between("VocabularySize", options.VocabularySize, 1, int.MaxValue)
            .Between("SequenceLength", options.SequenceLength, 1, DatasetJson.MaxSequenceLength)
            .Check("IgnoreLabelId", options.IgnoreLabelId ?? 0, options.IgnoreLabelId != int.MinValue, $"more than {int.MinValue}")
            .Check("splits", splits.Length, splits.Length > 0, "at least one");
        foreach (var split in splits)
        {
            var isPlain = DatasetNames.IsPlain(split.Name) && splits.Count(other => other.Name.Equals(split.Name, StringComparison.OrdinalIgnoreCase)) == 1;
            rules.Check("splits: name", split.Name, isPlain, $"different names of {DatasetNames.PlainName}");
        }

        return rules.Errors;
    }

    /// <summary>Reports an error of the file system as one of the dataset. Exceptions of the source of groups are not changed.</summary>
    private void ReportErrors(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (AtomicFile.IsWriteError(exception))
        {
            throw new HrmFileException(_root, "could not be written", exception);
        }
    }

    /// <summary>Rejects a folder that may not be replaced, and creates its parent folders.</summary>
    private void MakeRoom()
    {
        var parent = Path.GetDirectoryName(_root) ?? throw new HrmFileException(_root, "expected the path of a folder, got the root of a file system");
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

        if (Directory.EnumerateFileSystemEntries(_root).Any() && !options.Overwrite)
        {
            throw new HrmFileException(_root, "expected nothing or an empty folder; a dataset is replaced only if Overwrite is set");
        }

        if (DatasetNames.FindStranger(_root) is { } stranger)
        {
            throw new HrmFileException(_root, $"expected nothing but a dataset, which may be replaced, got {Quote.Text(stranger)}");
        }
    }

    /// <summary>Completes all splits when the identifiers are known; they may grow while groups are enumerated.</summary>
    private void Complete(string staged, List<PuzzleSetWriter> writers)
    {
        DatasetJson.CheckIdentifiers(Path.Combine(_root, DatasetNames.Identifiers), identifiers);
        foreach (var (split, writer) in splits.Zip(writers))
        {
            writer.Complete(identifiers.Count);
            var path = Path.Combine(staged, split.Name, DatasetNames.Metadata);
            DatasetJson.WriteMetadata(path, options, identifiers.Count, writer.Groups, writer.Puzzles, writer.Examples);
        }

        DatasetJson.WriteIdentifiers(Path.Combine(staged, DatasetNames.Identifiers), identifiers);
    }
}
