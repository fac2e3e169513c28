using System.Text.Encodings.Web;
using System.Text.Json;
using BenchmarkDotNet.Reports;
using Hrm.Benchmarks.Measuring;

namespace Hrm.Benchmarks.Reporting;

/// <summary>The medians of a run over those of their baselines, as JSON.</summary>
/// <param name="Mode">quick or full.</param>
/// <param name="Machine">Where, on which commit and when.</param>
/// <param name="Rows">A row for each case and each of its baselines: the class's own, and the roofline.</param>
internal sealed record CaseTable(string Mode, MachineState Machine, IReadOnlyList<CaseRow> Rows)
{
    private const double NanosecondsPerMillisecond = 1e6;
    private const string Roofline = "Roofline";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The rows of the cases that have a result and a baseline with one.</summary>
    public static IReadOnlyList<CaseRow> RowsOf(IEnumerable<Summary> summaries)
        => [.. summaries.SelectMany(summary => summary.Reports.Where(RunOutcome.HasResult).SelectMany(report => RowsOf(summary, report)))];

    /// <summary>Writes the table.</summary>
    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Json) + "\n");

    private static IEnumerable<CaseRow> RowsOf(Summary summary, BenchmarkReport report)
    {
        var group = summary.GetLogicalGroupKey(report.BenchmarkCase);
        var peers = summary.Reports.Where(peer => RunOutcome.HasResult(peer) && peer != report && summary.GetLogicalGroupKey(peer.BenchmarkCase) == group);
        var isBaseline = report.BenchmarkCase.Descriptor.Baseline;
        foreach (var peer in peers.Where(peer => (!isBaseline && peer.BenchmarkCase.Descriptor.Baseline) || NameOf(peer) == Roofline))
        {
            var (measured, baseline) = (MedianMs(report), MedianMs(peer));
            yield return new CaseRow(CaseName.Of(report.BenchmarkCase), NameOf(peer), measured / baseline, baseline, measured, PeakOf(report));
        }
    }

    private static string NameOf(BenchmarkReport report) => report.BenchmarkCase.Descriptor.WorkloadMethod.Name;

    private static double MedianMs(BenchmarkReport report) => report.ResultStatistics!.Median / NanosecondsPerMillisecond;

    private static double? PeakOf(BenchmarkReport report) => report.Metrics.TryGetValue(PeakMemoryMetric.Instance.Id, out var metric) ? metric.Value : null;
}
