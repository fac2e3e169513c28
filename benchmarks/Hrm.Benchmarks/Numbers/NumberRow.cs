using Hrm.Benchmarks.Measuring;

namespace Hrm.Benchmarks.Numbers;

/// <summary>A row of the table of numbers to hold.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Measured">The number; <see langword="null"/> where something else holds it, or nothing could be measured.</param>
internal sealed record NumberRow(string What, double? Measured)
{
    /// <summary>The bar.</summary>
    public Bound? Bar { get; init; }

    /// <summary>The goal beyond the bar.</summary>
    public Bound? Goal { get; init; }

    /// <summary>The middle half of the rounds.</summary>
    public (double Lower, double Upper)? Spread { get; init; }

    /// <summary>What a reader should know: absolute times, or who holds the number instead.</summary>
    public string Note { get; init; } = "";

    /// <summary>Why there is no number.</summary>
    public string? Failure { get; init; }

    /// <summary>A ratio of times, held to bounds.</summary>
    public static NumberRow Of(string what, RatioEstimate ratio, Bound? bar, Bound? goal, string note) => new(what, ratio.Median)
    {
        Bar = bar,
        Goal = goal,
        Spread = (ratio.LowerQuartile, ratio.UpperQuartile),
        Note = $"{note}{FormattableString.Invariant($"; of the minima {ratio.OfMinima:0.00}")}",
    };
}
