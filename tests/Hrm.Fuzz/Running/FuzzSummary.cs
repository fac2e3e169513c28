using System.Globalization;

namespace Hrm.Fuzz.Running;

/// <summary>What came of the inputs of a target.</summary>
internal sealed record FuzzSummary
{
    public required string Target { get; init; }

    public long Inputs { get; init; }

    /// <summary>Inputs that were read: what was damaged did not matter, or is another sound input.</summary>
    public long Accepted { get; init; }

    /// <summary>Inputs that a documented exception refused.</summary>
    public long Refused { get; init; }

    /// <summary>Inputs that broke something, one of a kind.</summary>
    public long Failures { get; init; }

    public TimeSpan Time { get; init; }

    public TimeSpan LongestRead { get; init; }

    public long MostAllocated { get; init; }

    public long ResidentGrowth { get; init; }

    /// <summary>A row of a table in Markdown.</summary>
    public string ToRow() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Target} | {Inputs:N0} | {Accepted:N0} | {Refused:N0} | {Failures} | {Time.TotalSeconds:F0} | {LongestRead.TotalMilliseconds:F0} | {MostAllocated / 1e6:F1} | {ResidentGrowth / 1e6:F0} |");

    public const string Header =
        "| target | inputs | read | refused | failures | seconds | longest, ms | most allocated, MB | resident growth, MB |\n|---|---|---|---|---|---|---|---|---|";
}
