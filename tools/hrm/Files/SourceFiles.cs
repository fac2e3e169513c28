namespace Hrm.Tool;

/// <summary>Finds the files that <c>--train</c> and <c>--test</c> name.</summary>
internal static class SourceFiles
{
    private const int MostFiles = 10_000;

    // A link could lead out of the folder, or form a loop.
    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, MaxRecursionDepth = 8, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Lists files: a file itself, and all files of a folder with an extension, sorted. Links in a folder are not followed.</summary>
    /// <exception cref="UsageException">A folder has no such file, or too many.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> paths, string extension)
        => [.. paths.SelectMany(path => Directory.Exists(path) ? FindBelow(path, extension) : [path])];

    private static string[] FindBelow(string folder, string extension)
    {
        string[] found = [.. Directory.EnumerateFiles(folder, $"*{extension}", Below).Take(MostFiles + 1).Order(StringComparer.Ordinal)];
        return found.Length is > 0 and <= MostFiles
            ? found
            : throw new UsageException($"{folder}: expected 1 to {MostFiles} files *{extension} in the folder, links not followed, got {(found.Length == 0 ? "none" : "more")}.");
    }
}
