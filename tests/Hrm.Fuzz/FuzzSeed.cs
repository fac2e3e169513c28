using System.Text;
using Hrm.TestKit;

namespace Hrm.Fuzz;

/// <summary>A valid input: the files of a folder, and those that mutations damage.</summary>
/// <param name="Files">Contents by path below the folder, with <c>/</c>.</param>
/// <param name="Damaged">The paths from which one is chosen per input; a path that is listed twice is chosen twice as often.</param>
internal sealed record FuzzSeed(IReadOnlyDictionary<string, byte[]> Files, IReadOnlyList<string> Damaged)
{
    /// <summary>A seed of one file.</summary>
    public static FuzzSeed Of(string name, byte[] content) => new(new Dictionary<string, byte[]> { [name] = content }, [name]);

    /// <summary>A seed of one text file.</summary>
    public static FuzzSeed Of(string name, string content) => Of(name, Encoding.UTF8.GetBytes(content));

    /// <summary>A seed of the files that an action writes into an empty folder.</summary>
    /// <param name="write">Writes the files; receives the folder.</param>
    /// <param name="isDamaged">Selects the paths that are mutated; all by default.</param>
    public static FuzzSeed Written(Action<string> write, Func<string, bool>? isDamaged = null)
    {
        using var folder = new TemporaryFolder();
        write(folder.Path);
        var files = Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories)
            .Where(path => !Path.GetFileName(path).StartsWith('.'))
            .Order(StringComparer.Ordinal)
            .ToDictionary(path => Path.GetRelativePath(folder.Path, path).Replace('\\', '/'), File.ReadAllBytes);
        return new FuzzSeed(files, [.. files.Keys.Where(isDamaged ?? (_ => true))]);
    }

    /// <summary>The same files; the given paths are damaged more often.</summary>
    public FuzzSeed More(params string[] paths) => this with { Damaged = [.. Damaged, .. paths] };
}
