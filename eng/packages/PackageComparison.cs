namespace Hrm.PackageCheck;

/// <summary>Two folders of packages that were built of the same commit in different places.</summary>
internal static class PackageComparison
{
    /// <summary>Differences in the names of packages, the names of their entries, or the bytes of an entry. The container's times are ignored.</summary>
    public static IReadOnlyList<string> Differences(string first, string second)
    {
        var (left, right) = (Names(first), Names(second));
        return left.SequenceEqual(right)
            ? [.. left.SelectMany(name => Differences(PackageArchive.Open(Path.Combine(first, name)), PackageArchive.Open(Path.Combine(second, name))))]
            : [$"expected the packages {string.Join(", ", left)}; got {string.Join(", ", right)}"];
    }

    private static string[] Names(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*nupkg").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Differences(PackageArchive left, PackageArchive right)
        => left.Entries.Keys.Union(right.Entries.Keys, StringComparer.Ordinal)
            .Where(name => !left.Entries.TryGetValue(name, out var first) || !right.Entries.TryGetValue(name, out var second) || !first.AsSpan().SequenceEqual(second))
            .Select(name => $"{left.Name}: {name} differs");
}
