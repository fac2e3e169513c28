namespace Hrm.Training;

/// <summary>Tells a dataset from other folders, so that nothing else is ever replaced by one.</summary>
internal static class DatasetContents
{
    /// <summary>Files that the authors' builders leave beside the identifiers.</summary>
    private static readonly string[] RootFiles = [DatasetNames.Identifiers, "test_puzzles.json"];

    private static readonly string[] Fields =
        [DatasetNames.Inputs, DatasetNames.Labels, DatasetNames.PuzzleIds, DatasetNames.PuzzleOffsets, DatasetNames.GroupOffsets];

    /// <summary>The first thing in a folder that no dataset has, below the folder; <see langword="null"/> for a dataset and for an empty folder.</summary>
    public static string? FindStranger(string root)
    {
        if (!Directory.Exists(root))
        {
            return null;
        }

        var entries = Directory.GetFileSystemEntries(root).Order(StringComparer.Ordinal).ToArray();
        var stranger = entries.Select(FindStrangerAt).FirstOrDefault(found => found is not null);
        return stranger ?? (entries.Length > 0 && !entries.Any(Directory.Exists) ? "no split" : null);

        string? FindStrangerAt(string entry)
        {
            if (!Directory.Exists(entry))
            {
                return RootFiles.Contains(Path.GetFileName(entry)) ? null : Path.GetFileName(entry);
            }

            var strange = Directory.EnumerateFileSystemEntries(entry).FirstOrDefault(file => Directory.Exists(file) || !IsOfSplit(Path.GetFileName(file)));
            return strange is not null ? Path.GetRelativePath(root, strange)
                : File.Exists(Path.Combine(entry, DatasetNames.Metadata)) ? null
                : Path.GetFileName(entry);
        }
    }

    private static bool IsOfSplit(string file) => file == DatasetNames.Metadata || Fields.Any(field => file.EndsWith($"__{field}.npy", StringComparison.Ordinal));
}
