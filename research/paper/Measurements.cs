namespace Hrm.Paper;

/// <summary>What has been measured, kept as JSON under a hash of everything that decides it: a second time nothing is computed.</summary>
internal sealed class Measurements(string root)
{
    /// <summary>Part of every hash: to be raised where something measures differently than before.</summary>
    private const int Version = 1;

    /// <summary>What was measured, or is now.</summary>
    /// <param name="name">Of what kind it is.</param>
    /// <param name="key">What decides it; serialised for the hash.</param>
    /// <param name="measure">Measures.</param>
    public T Get<T>(string name, object key, Func<T> measure)
        where T : class
    {
        var path = Path.Combine(root, $"{name}-{JsonFiles.HashOf(new { Version, name, key })}.json");
        if (JsonFiles.Read<T>(path) is { } known)
        {
            return known;
        }

        var value = measure();
        JsonFiles.Write(path, value);
        return value;
    }
}
