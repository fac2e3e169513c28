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
