namespace Hrm.Tool;

/// <summary>The bad lines, puzzles and files that <c>--skip-bad</c> skips: the first few are reported with their places, all are counted.</summary>
/// <param name="one">The name of one of them.</param>
/// <param name="many">The plural of the name.</param>
internal sealed class BadLines(string one = "bad line or puzzle", string many = "bad lines or puzzles")
{
    private const int Shown = 5;

    public long Count { get; private set; }

    /// <summary>Reads the puzzles of files, and reports the bad ones at the end.</summary>
    /// <param name="files">The files.</param>
    /// <param name="read">Reads a file; its second argument receives bad lines and puzzles, or is <see langword="null"/>.</param>
    /// <param name="skipBad">Whether bad lines and puzzles are skipped.</param>
    /// <param name="cancellationToken">Stops between two puzzles: an exact search for an answer can take long.</param>
    public static IEnumerable<T> Read<T>(
        IEnumerable<string> files, Func<string, Action<HrmFormatException>?, IEnumerable<T>> read, bool skipBad, CancellationToken cancellationToken)
    {
        var bad = new BadLines();
        foreach (var puzzle in files.SelectMany(file => read(file, skipBad ? Skip : null)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return puzzle;
        }

        bad.Report();

        void Skip(HrmFormatException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bad.Add(error);
        }
    }

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
