namespace Hrm.Paper;

/// <summary>A plot with one pair of axes.</summary>
/// <param name="Title">The title.</param>
/// <param name="Across">The quantity and unit of the horizontal axis.</param>
/// <param name="Up">The quantity and unit of the vertical axis.</param>
/// <param name="Lines">The lines.</param>
internal sealed record Chart(string Title, string Across, string Up, IReadOnlyList<Series> Lines)
{
    public bool IsLogAcross { get; init; }

    /// <summary>The numbers along the horizontal axis; if empty, the plotter chooses them.</summary>
    public IReadOnlyList<double> Ticks { get; init; } = [];

    /// <summary>Whether the vertical axis includes zero.</summary>
    public bool StartsAtZero { get; init; } = true;
}

/// <summary>A line of a chart.</summary>
/// <param name="Label">The name in the legend.</param>
/// <param name="X">The horizontal positions of the points.</param>
/// <param name="Y">The heights of the points.</param>
/// <param name="Error">The spread of each point below and above its height; may be empty.</param>
internal sealed record Series(string Label, IReadOnlyList<double> X, IReadOnlyList<double> Y, IReadOnlyList<(double Below, double Above)> Error)
{
    /// <summary>The numbers 1, 2, …, count, for example of segments.</summary>
    public static double[] UpTo(int count) => [.. Enumerable.Range(1, count).Select(number => (double)number)];

    /// <summary>A line without spread.</summary>
    public static Series Of(string label, IEnumerable<double> x, IEnumerable<double> y) => new(label, [.. x], [.. y], []);

    /// <summary>A line of means, each with the spread over the seeds.</summary>
    public static Series Of(string label, IEnumerable<double> x, IEnumerable<Spread> y)
    {
        var spreads = y.ToArray();
        return new Series(label, [.. x], [.. spreads.Select(spread => spread.Mean)], [.. spreads.Select(spread => (spread.Mean - spread.Least, spread.Most - spread.Mean))]);
    }
}
