namespace Hrm.Tool;

/// <summary>The bad lines and puzzles that <c>--skip-bad</c> skips: the first few are reported with their places, all are counted.</summary>
internal sealed class BadLines
{
    private const int Shown = 5;

    public long Count { get; private set; }

    public void Add(HrmFormatException error)
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
            CommandLine.Warn($"{Words.Count(Count, "bad line or puzzle", "bad lines or puzzles")} skipped");
        }
    }
}
