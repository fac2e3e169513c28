namespace Hrm.Layers;

/// <summary>The files that are mapped into this process, as Linux lists them.</summary>
internal static class ProcessMaps
{
    private const string MapsFile = "/proc/self/maps";

    /// <summary>
    /// The path of the first mapped file with this name, or with this name and a longer version
    /// (<c>libstdc++.so.6.0.30</c> for <c>libstdc++.so.6</c>); null where there is none.
    /// </summary>
    public static string? PathOf(string fileName) => File.Exists(MapsFile) ? PathOf(fileName, File.ReadLines(MapsFile)) : null;

    /// <summary>The same, in given lines of the form <c>address perms offset device inode path</c>.</summary>
    public static string? PathOf(string fileName, IEnumerable<string> maps)
    {
        foreach (var line in maps)
        {
            var start = line.IndexOf('/', StringComparison.Ordinal);
            if (start < 0)
            {
                continue;
            }

            var path = line[start..];
            var name = Path.GetFileName(path.AsSpan());
            if (name.StartsWith(fileName, StringComparison.Ordinal) && (name.Length == fileName.Length || name[fileName.Length] == '.'))
            {
                return path;
            }
        }

        return null;
    }
}
