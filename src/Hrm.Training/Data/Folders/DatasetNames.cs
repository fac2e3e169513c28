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

    /// <summary>The identifier of no puzzle, which the authors give the id 0.</summary>
    public const string Blank = "<blank>";

    private const int MaxLength = 100;

    public static string ArrayFile(string set, string field) => $"{set}__{field}.npy";

    /// <summary>Whether a name of a split or a set names a file right in its folder.</summary>
    public static bool IsPlain(string name)
        => name.Length is > 0 and <= MaxLength
            && name[0] != '.'
            && name[^1] != '.'
            && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.' or '+');
}
