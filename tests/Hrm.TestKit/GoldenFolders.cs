namespace Hrm.TestKit;

/// <summary>The recorded numbers: <c>tests/golden</c>, and the further folder that <c>HRM_GOLDEN</c> names.</summary>
public static class GoldenFolders
{
    /// <summary>The environment variable that names a further folder, absolute or relative to the repository's root.</summary>
    public const string Variable = "HRM_GOLDEN";

    private static readonly string[] Kinds = ["models", "parts", "official_checkpoint*", "datasets", "arc_vote*"];

    /// <summary>All folders with recorded numbers.</summary>
    /// <exception cref="DirectoryNotFoundException">The further folder is missing or has no case.</exception>
    public static IReadOnlyList<string> All()
    {
        var folders = new List<string> { RepositoryFolder.Combine("tests", "golden") };
        var further = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(further))
        {
            var folder = Path.GetFullPath(further, RepositoryFolder.Root);
            if (!Directory.Exists(folder) || !Kinds.Any(kind => Directory.EnumerateDirectories(folder, kind).Any()))
            {
                throw new DirectoryNotFoundException($"{Variable}: expected a folder with {string.Join(", ", Kinds)}, got '{further}'.");
            }

            folders.Add(folder);
        }

        return folders;
    }

    /// <summary>The cases of a kind, for example <c>models</c>: each folder below <c>KIND/</c> of every folder.</summary>
    public static IReadOnlyList<string> Cases(string kind) =>
    [
        .. All().Select(folder => Path.Combine(folder, kind))
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The folders directly below every folder whose names match a pattern, for example <c>official_checkpoint*</c>.</summary>
    public static IReadOnlyList<string> Matching(string pattern) =>
        [.. All().SelectMany(folder => Directory.EnumerateDirectories(folder, pattern)).Order(StringComparer.Ordinal)];
}
