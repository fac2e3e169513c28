namespace Hrm.Puzzles;

/// <summary>What a download may cost, and how often it is tried.</summary>
public sealed class SourceCacheOptions
{
    /// <summary>The most bytes of one download. Default 2 GiB.</summary>
    public long MaximumBytes { get; set; } = 1L << 31;

    /// <summary>
    /// How many requests one fetch may make before it gives up: after a lost connection, a stall, or the statuses 408, 429 and
    /// 5xx it goes on where it stopped. 1 to 20, default 4.
    /// </summary>
    public int Attempts { get; set; } = 4;

    /// <summary>The wait before the second attempt, doubled before each further one, up to a minute. 0 to 1 minute, default 1 s.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a body may bring no byte before the connection counts as lost. Above 0, at most 1 hour, default 1 minute. The wait for the
    /// answer's head is bounded by <see cref="HttpClient.Timeout"/>.
    /// </summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The most files and folders that an archive may unpack to. Default 50,000.</summary>
    public int MaximumArchiveEntries { get; set; } = 50_000;

    /// <summary>The most bytes that an archive may unpack to, counted as they are written. Default 4 GiB.</summary>
    public long MaximumArchiveBytes { get; set; } = 1L << 32;
}
