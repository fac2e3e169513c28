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

/// <summary>Finds the folder whose folders contain ARC tasks: in a repository one level below the root, in its archive two.</summary>
internal static class ArcFolder
{
    private const int DeepestLevel = 4;

    private static readonly string[] Names = ["data", "corpus"];

    // A link could lead out of the folder, or form a loop.
    private static readonly EnumerationOptions WithoutLinks = new() { AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint };

    public static string Find(string source)
    {
        var folder = source;
        for (var level = 0; level < DeepestLevel && Directory.Exists(folder); level++)
        {
            // ConceptARC has other folders of tasks beside `corpus`.
            var children = Directory.GetDirectories(folder, "*", WithoutLinks).Order(StringComparer.Ordinal).ToArray();
            if (children.FirstOrDefault(child => Names.Contains(Path.GetFileName(child))) is { } named)
            {
                folder = named;
                continue;
            }

            if (children.Any(child => Directory.EnumerateFiles(child, "*.json").Any()))
            {
                return folder;
            }

            folder = children.Length == 1 ? children[0] : string.Empty;
        }

        throw new UsageException($"--source: {source}: expected a folder with folders of ARC tasks (*.json), or one with `data` or `corpus` in it.");
    }
}
