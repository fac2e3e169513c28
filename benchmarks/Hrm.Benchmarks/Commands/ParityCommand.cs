using System.CommandLine;
using Hrm.Benchmarks.Measuring;
using Hrm.TestKit.Golden;

namespace Hrm.Benchmarks.Commands;

/// <summary>
/// <c>parity</c>: evaluates and trains the recorded models of <c>tests/golden</c> on a device, and compares with the recorded numbers,
/// with the tolerances of the tests.
/// </summary>
internal sealed class ParityCommand : DeviceCommand
{
    private readonly Option<DirectoryInfo> _golden = new("--golden")
    {
        Description = "Folder of the recorded numbers.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "golden")),
    };

    public ParityCommand()
        : base("parity", "Compares the recorded models on a device with the recorded numbers.")
        => Add(_golden);

    protected override int Run(ParseResult result, DeviceSettings device)
    {
        if (device.Dtype is not null)
        {
            throw new MeasurementException("--dtype: expected no dtype, because each recorded model has one");
        }

        var folders = Directory.GetDirectories(Path.Combine(result.GetValue(_golden)!.FullName, "models"));
        var results = folders.Order(StringComparer.Ordinal).SelectMany(folder => Compare(folder, device)).ToList();
        var missed = results.Sum(model => model.Missed.Count);
        Console.WriteLine($"{results.Sum(model => model.Numbers)} recorded numbers of {folders.Length} models on {device.Device}, {missed} beyond their tolerance");
        device.Write("parity", results);
        return missed == 0 ? 0 : 1;
    }

    private static IEnumerable<ParityResult> Compare(string folder, DeviceSettings device)
    {
        using var golden = new GoldenCase(folder);
        yield return Result("evaluation", new GoldenRun(golden, device.Device).Evaluate());
        yield return Result("training", new GoldenRun(golden, device.Device).Train());

        ParityResult Result(string mode, IReadOnlyList<GoldenFinding> findings)
        {
            var missed = findings.Where(finding => !finding.IsMet).Select(finding => $"{finding}").ToArray();
            var share = findings.Where(finding => finding.Allowed > 0 && double.IsFinite(finding.Deviation)).Max(finding => finding.Deviation / finding.Allowed);
            var parity = new ParityResult(Path.GetFileName(folder), mode, golden.Config.ForwardDtype.Label(), findings.Count, share, missed);
            Console.WriteLine(FormattableString.Invariant($"{parity.Model}, {mode}: {parity.Numbers} numbers, at most {share:P0} of the tolerance"));
            Array.ForEach(missed, line => Console.WriteLine($"  FAILED {line}"));
            return parity;
        }
    }

    private sealed record ParityResult(string Model, string Mode, string Dtype, int Numbers, double LargestShareOfTolerance, IReadOnlyList<string> Missed);
}
