namespace Hrm.Tool;

/// <summary>The bad lines, puzzles and files that <c>--skip-bad</c> skips: the first few are reported with their places, all are counted.</summary>
/// <param name="one">The name of one of them.</param>
/// <param name="many">The plural of the name.</param>
internal sealed class BadLines(string one = "bad line or puzzle", string many = "bad lines or puzzles")
{
    private const int Shown = 5;

    public long Count { get; private set; }

    public void Add(HrmException error)
    {
        if (++Count <= Shown)
        {
            CommandLine.Warn($"skipped: {error.Message}");
        }
    }

    /// <summary>Reports the count at the end of the files.</summary>
    public void Report()
    {
        if (Count > 0)
        {
            CommandLine.Warn($"{Words.Count(Count, one, many)} skipped");
        }
    }
}
