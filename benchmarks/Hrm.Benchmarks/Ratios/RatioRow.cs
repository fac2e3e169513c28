using System.Globalization;
using Hrm.Benchmarks.Measuring;

namespace Hrm.Benchmarks.Ratios;

/// <summary>Row of the table of numbers to hold.</summary>
/// <param name="What">Quantity.</param>
/// <param name="Measured">Value; <see langword="null"/> if the measurement failed.</param>
internal sealed record RatioRow(string What, double? Measured)
{
    /// <summary>Bound that the value has to meet.</summary>
    public Bound? Bar { get; init; }

    /// <summary>Lower quartile of the rounds.</summary>
    public double? LowerQuartile { get; init; }

    /// <summary>Upper quartile of the rounds.</summary>
    public double? UpperQuartile { get; init; }

    /// <summary>Absolute times and other details.</summary>
    public string Note { get; init; } = "";

    /// <summary>Reason of a missing value.</summary>
    public string? Failure { get; init; }

    /// <summary>Row of a ratio of times.</summary>
    public static RatioRow Of(string what, RatioEstimate ratio, string note) => new(what, ratio.Median)
    {
        LowerQuartile = ratio.LowerQuartile,
        UpperQuartile = ratio.UpperQuartile,
        Note = $"{note}{FormattableString.Invariant($"; of the minima {ratio.OfMinima:0.00}")}",
    };
}

/// <summary>Upper or lower bound of a value.</summary>
internal readonly record struct Bound(double Limit, bool IsLower)
{
    public static Bound AtMost(double limit) => new(limit, IsLower: false);

    public static Bound AtLeast(double limit) => new(limit, IsLower: true);

    public bool IsMetBy(double value) => IsLower ? value >= Limit : value <= Limit;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsLower ? "≥" : "≤")} {Limit:0.##}");
}
