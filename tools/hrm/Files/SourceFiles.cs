namespace Hrm.Tool;

/// <summary>The files that <c>--train</c> and <c>--test</c> name.</summary>
internal static class SourceFiles
{
    private const int MostFiles = 10_000;

    // A link could lead out of the folder, or around in it.
    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, MaxRecursionDepth = 8, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Lists the files: a file itself; of a folder all files with an extension, in order. Links in a folder are not followed.</summary>
    /// <exception cref="UsageException">A folder has no such file, too many, or cannot be read.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> paths, string extension)
        => [.. paths.SelectMany(path => Directory.Exists(path) ? FindBelow(path, extension) : [path])];

    private static string[] FindBelow(string folder, string extension)
    {
        try
        {
            string[] found = [.. Directory.EnumerateFiles(folder, $"*{extension}", Below).Take(MostFiles + 1).Order(StringComparer.Ordinal)];
            return found.Length is > 0 and <= MostFiles
                ? found
                : throw new UsageException($"{folder}: expected 1 to {MostFiles} files *{extension} in the folder, links not followed, got {(found.Length == 0 ? "none" : "more")}.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{folder}: {error.Message}");
        }
    }
}

/// <summary>Finds the folder whose folders hold ARC tasks: a repository has it below its root, its archive one deeper.</summary>
internal static class ArcFolder
{
    private const int DeepestLevel = 4;

    private static readonly string[] Names = ["data", "corpus"];

    // A link could lead out of the folder, or around in it.
    private static readonly EnumerationOptions WithoutLinks = new() { AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint };

    public static string Find(string source)
    {
        var folder = source;
        for (var level = 0; level < DeepestLevel && Directory.Exists(folder); level++)
        {
            // A repository has other folders of tasks beside the one that counts: ConceptARC its minimal ones.
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
