namespace Hrm.Training;

/// <summary>The names in a dataset folder.</summary>
internal static class DatasetNames
{
    public const string Identifiers = "identifiers.json";
    public const string Metadata = "dataset.json";
    public const string Inputs = "inputs";
    public const string Labels = "labels";
    public const string PuzzleIds = "puzzle_identifiers";
    public const string PuzzleOffsets = "puzzle_indices";
    public const string GroupOffsets = "group_indices";

    /// <summary>The name of the one set of a split that is written, as by the authors.</summary>
    public const string Set = "all";

    /// <summary>The names that <see cref="IsPlain"/> accepts.</summary>
    public const string PlainName = "letters, digits and _-+. and no dot at either end";

    /// <summary>The name of puzzle id 0, which belongs to no puzzle.</summary>
    public const string Blank = "<blank>";

    private const int MaxLength = 100;

    /// <summary>The files that the authors' builders write beside the splits.</summary>
    private static readonly string[] RootFiles = [Identifiers, "test_puzzles.json"];

    private static readonly string[] Fields = [Inputs, Labels, PuzzleIds, PuzzleOffsets, GroupOffsets];

    public static string ArrayFile(string set, string field) => $"{set}__{field}.npy";

    /// <summary>True if the name of a split or a set is a plain file name.</summary>
    public static bool IsPlain(string name)
        => name.Length is > 0 and <= MaxLength
            && name[0] != '.'
            && name[^1] != '.'
            && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.' or '+');

    /// <summary>
    /// The first entry of a folder that does not belong to a dataset; <see langword="null"/> for a dataset and for an empty folder.
    /// A folder with such an entry is never replaced.
    /// </summary>
    public static string? FindStranger(string root)
    {
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
                : File.Exists(Path.Combine(entry, Metadata)) ? null
                : Path.GetFileName(entry);
        }
    }

    private static bool IsOfSplit(string file) => file == Metadata || Fields.Any(field => file.EndsWith($"__{field}.npy", StringComparison.Ordinal));
}
