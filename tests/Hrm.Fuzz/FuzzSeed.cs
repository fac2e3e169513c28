namespace Hrm.Fuzz;

/// <summary>A sound input: the files of a folder, and which of them are damaged.</summary>
/// <param name="Files">Contents by path below the folder, with <c>/</c>.</param>
/// <param name="Damaged">The paths of which one is mutated for each input.</param>
internal sealed record FuzzSeed(IReadOnlyDictionary<string, byte[]> Files, IReadOnlyList<string> Damaged)
{
    /// <summary>A seed of one file.</summary>
    public static FuzzSeed Of(string name, byte[] content) => new(new Dictionary<string, byte[]> { [name] = content }, [name]);

    /// <summary>A seed of one file of text.</summary>
    public static FuzzSeed Of(string name, string content) => Of(name, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>A seed of the files of a folder.</summary>
    /// <param name="folder">The folder, read with everything below it.</param>
    /// <param name="damaged">Whether a path is of those that are mutated.</param>
    public static FuzzSeed OfFolder(string folder, Func<string, bool>? damaged = null)
    {
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => !Path.GetFileName(path).StartsWith('.'))
            .Order(StringComparer.Ordinal)
            .ToDictionary(path => Path.GetRelativePath(folder, path).Replace('\\', '/'), File.ReadAllBytes);
        return new FuzzSeed(files, [.. files.Keys.Where(damaged ?? (_ => true))]);
    }
}
