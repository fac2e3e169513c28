namespace Hrm.Paper;

/// <summary>One set of axes.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Across">The quantity and unit of the horizontal axis.</param>
/// <param name="Up">The quantity and unit of the vertical axis.</param>
/// <param name="Lines">What is drawn.</param>
internal sealed record Chart(string Title, string Across, string Up, IReadOnlyList<Series> Lines)
{
    /// <summary>Whether the horizontal axis is logarithmic.</summary>
    public bool IsLogAcross { get; init; }

    /// <summary>The numbers along the horizontal axis; chosen by the plotter where there are none.</summary>
    public IReadOnlyList<double> Ticks { get; init; } = [];

    /// <summary>Whether heights start at zero.</summary>
    public bool StartsAtZero { get; init; } = true;
}

/// <summary>A line of a chart.</summary>
/// <param name="Label">Its name in the legend.</param>
/// <param name="X">Where its points lie.</param>
/// <param name="Y">Their heights.</param>
/// <param name="Error">How far each reaches below and above its height; may be empty.</param>
internal sealed record Series(string Label, IReadOnlyList<double> X, IReadOnlyList<double> Y, IReadOnlyList<(double Below, double Above)> Error)
{
    /// <summary>1, 2, … up to a number: the places of segments.</summary>
    public static double[] UpTo(int count) => [.. Enumerable.Range(1, count).Select(place => (double)place)];

    /// <summary>A line without spread.</summary>
    public static Series Of(string label, IEnumerable<double> x, IEnumerable<double> y) => new(label, [.. x], [.. y], []);

    /// <summary>A line of means, each with the spread over the seeds.</summary>
    public static Series Of(string label, IEnumerable<double> x, IEnumerable<Spread> y)
    {
        var spreads = y.ToArray();
        return new Series(label, [.. x], [.. spreads.Select(spread => spread.Mean)], [.. spreads.Select(spread => (spread.Mean - spread.Least, spread.Most - spread.Mean))]);
    }
}
