using Hrm.Training.Tests.Golden;

namespace Hrm.Benchmarks.Devices;

/// <summary>How near a recorded model was met.</summary>
/// <param name="Model">Its name.</param>
/// <param name="What">Evaluation or training.</param>
/// <param name="Dtype">Its forward dtype.</param>
/// <param name="Numbers">How many recorded numbers were compared.</param>
/// <param name="LargestShare">The largest share of what was allowed that a deviation took.</param>
/// <param name="Missed">What is beyond its tolerance.</param>
internal sealed record ParityResult(string Model, string What, string Dtype, int Numbers, double LargestShare, IReadOnlyList<string> Missed)
{
    public static ParityResult Of(string model, string what, string dtype, IReadOnlyList<GoldenFinding> findings) => new(
        model,
        what,
        dtype,
        findings.Count,
        findings.Where(finding => finding.Allowed > 0 && double.IsFinite(finding.Deviation)).Max(finding => finding.Deviation / finding.Allowed),
        [.. findings.Where(finding => !finding.IsMet).Select(finding => $"{finding}")]);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Model}, {What}: {Numbers} numbers, at most {LargestShare:P0} of the tolerance")
        + string.Concat(Missed.Select(missed => $"\n  FAILED {missed}"));
}
