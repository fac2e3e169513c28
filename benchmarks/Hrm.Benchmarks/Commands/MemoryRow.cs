using System.Globalization;
using System.Text.Json.Serialization;

namespace Hrm.Benchmarks.Commands;

/// <summary>The memory of training at some N and T.</summary>
/// <param name="High">N.</param>
/// <param name="Low">T.</param>
/// <param name="OneStepMiB">The peaks with the one-step gradient, the smallest first.</param>
/// <param name="UnrolledMiB">The peak with full unrolling; <see langword="null"/> where it has none.</param>
/// <param name="Problem">Why it has none.</param>
internal sealed record MemoryRow(
    [property: JsonPropertyName("n")] int High,
    [property: JsonPropertyName("t")] int Low,
    [property: JsonPropertyName("oneStepMiB")] IReadOnlyList<double> OneStepMiB,
    [property: JsonPropertyName("unrolledMiB")] double? UnrolledMiB,
    [property: JsonPropertyName("problem")] string? Problem)
{
    [JsonIgnore]
    public double Median => OneStepMiB[OneStepMiB.Count / 2];

    /// <summary>A line of the table.</summary>
    /// <param name="first">The median of the first row.</param>
    public string ToText(double first) => string.Create(
        CultureInfo.InvariantCulture,
        $"{High,3}{Low,3}{High * Low,5}{Median,11:F0}{100 * ((Median / first) - 1),14:+0.0;-0.0}%{UnrolledMiB,24:F0}   one step: {OneStepMiB[0]:F0} … {OneStepMiB[^1]:F0}{(Problem is null ? "" : $"; unrolled: {Problem}")}");
}
