using System.Globalization;

namespace Hrm.Fuzz.Running;

/// <summary>The inputs of a run. An input depends on the seed and its number only, so its number is enough to make it again.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Seed">The seed of the random numbers.</param>
/// <param name="First">The number of the first input.</param>
/// <param name="Inputs">The largest number of inputs.</param>
/// <param name="Time">The longest time.</param>
/// <param name="Output">The folder for inputs that broke something.</param>
internal sealed record FuzzPlan(string Target, long Seed, long First, long Inputs, TimeSpan Time, string Output)
{
    /// <summary>The file with the number of the current input, which remains if a native error ends the process.</summary>
    public string ProgressPath => Path.Combine(Output, $"{Target}.progress");
}

/// <summary>The outcome of the inputs of a target.</summary>
internal sealed record FuzzSummary
{
    public const string Header =
        "| target | inputs | read | refused | failures | seconds | longest, ms | most allocated, MB | resident growth, MB |\n|---|---|---|---|---|---|---|---|---|";

    public required string Target { get; init; }

    public long Inputs { get; init; }

    /// <summary>Inputs that were refused with a documented exception; the others were read.</summary>
    public long Refused { get; init; }

    /// <summary>Kinds of failures.</summary>
    public long Failures { get; init; }

    public TimeSpan Time { get; init; }

    public TimeSpan LongestRead { get; init; }

    public long MostAllocated { get; init; }

    public long ResidentGrowth { get; init; }

    /// <summary>A row of a table in Markdown.</summary>
    public string ToRow() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Target} | {Inputs:N0} | {Inputs - Refused:N0} | {Refused:N0} | {Failures} | {Time.TotalSeconds:F0} | {LongestRead.TotalMilliseconds:F0} | {MostAllocated / 1e6:F1} | {ResidentGrowth / 1e6:F0} |");
}
