using System.Globalization;
using Hrm.Benchmarks.Measuring;

namespace Hrm.Benchmarks.Ratios;

/// <summary>Row of the table of numbers to hold.</summary>
/// <param name="Quantity">Quantity.</param>
/// <param name="Measured">Value; <see langword="null"/> if the measurement failed.</param>
/// <param name="Note">Absolute times and other details, or the reason for a missing value.</param>
internal sealed record RatioRow(string Quantity, double? Measured, string Note = "")
{
    /// <summary>Header of the table in Markdown.</summary>
    public const string Header = "| what | measured | quartiles | bar | | goal | | |\n|---|---|---|---|---|---|---|---|";

    /// <summary>Bound that the value has to meet.</summary>
    public Bound? Bar { get; init; }

    /// <summary>Bound that the value should meet later.</summary>
    public Bound? Goal { get; init; }

    /// <summary>Lower and upper quartile of the rounds.</summary>
    public (double Lower, double Upper)? Quartiles { get; init; }

    /// <summary>Row of a ratio of times.</summary>
    public static RatioRow Of(string quantity, RatioEstimate ratio, string note)
        => new(quantity, ratio.Median, $"{note}{FormattableString.Invariant($"; of the minima {ratio.OfMinima:0.00}")}")
        {
            Quartiles = (ratio.LowerQuartile, ratio.UpperQuartile),
        };

    /// <summary>Formats the row in Markdown.</summary>
    public override string ToString()
    {
        var quartiles = Quartiles is var (lower, upper) ? FormattableString.Invariant($"{lower:0.00} … {upper:0.00}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"| {Quantity} | {Measured:0.00} | {quartiles} | {Bar} | {Verdict(Bar)} | {Goal} | {Verdict(Goal)} | {Note} |");
    }

    private string Verdict(Bound? bound) => Measured is { } value && bound is { } limit ? (limit.IsMetBy(value) ? "met" : "**not met**") : "";
}

/// <summary>Upper or lower bound of a value.</summary>
internal readonly record struct Bound(double Limit, bool IsLower)
{
    public static Bound AtMost(double limit) => new(limit, IsLower: false);

    public static Bound AtLeast(double limit) => new(limit, IsLower: true);

    public bool IsMetBy(double value) => IsLower ? value >= Limit : value <= Limit;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsLower ? "≥" : "≤")} {Limit:0.##}");
}
