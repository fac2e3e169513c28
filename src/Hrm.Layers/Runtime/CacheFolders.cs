namespace Hrm.Layers;

/// <summary>Where this user's caches lie, by the rules of the XDG Base Directory Specification.</summary>
internal static class CacheFolders
{
    public const string Variable = "HRM_CACHE";

    /// <summary>The folders to try, the best first.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    public static IEnumerable<string> Candidates(Func<string, string?> environment)
    {
        if (environment(Variable) is { Length: > 0 } chosen)
        {
            yield return Path.Combine(Path.GetFullPath(chosen), "native");
            yield break;
        }

        // The specification has relative paths ignored.
        if (environment("XDG_CACHE_HOME") is { } cache && Path.IsPathFullyQualified(cache))
        {
            yield return Path.Combine(cache, "hrm", "native");
        }

        if (environment("HOME") is { } home && Path.IsPathFullyQualified(home))
        {
            yield return Path.Combine(home, ".cache", "hrm", "native");
        }
    }
}
