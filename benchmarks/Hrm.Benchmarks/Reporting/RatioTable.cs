using System.Text.Json;
using BenchmarkDotNet.Reports;

namespace Hrm.Benchmarks.Reporting;

/// <summary>The medians of a run over those of their baselines, as JSON.</summary>
/// <param name="Mode">quick or full.</param>
/// <param name="Processors">The processors of the machine.</param>
/// <param name="Threads">The threads of one library operation.</param>
/// <param name="Rows">A row for each case that is not a baseline.</param>
internal sealed record RatioTable(string Mode, int Processors, int Threads, IReadOnlyList<RatioRow> Rows)
{
    private const double NanosecondsPerMillisecond = 1e6;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The rows of the cases that have a result and a baseline with one.</summary>
    public static IReadOnlyList<RatioRow> RowsOf(IEnumerable<Summary> summaries)
        => [.. summaries.SelectMany(summary => summary.Reports.Where(RunOutcome.HasResult).SelectMany(report => RowOf(summary, report)))];

    /// <summary>Writes the table.</summary>
    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Json) + "\n");

    private static IEnumerable<RatioRow> RowOf(Summary summary, BenchmarkReport report)
    {
        var benchmark = report.BenchmarkCase;
        var baseline = summary.GetBaseline(summary.GetLogicalGroupKey(benchmark)!);
        if (baseline is null || baseline == benchmark || summary[baseline] is not { } baselineReport || !RunOutcome.HasResult(baselineReport))
        {
            yield break;
        }

        var baselineMs = baselineReport.ResultStatistics!.Median / NanosecondsPerMillisecond;
        var measuredMs = report.ResultStatistics!.Median / NanosecondsPerMillisecond;
        yield return new RatioRow(CaseName.Of(benchmark), CaseName.Of(baseline), measuredMs / baselineMs, baselineMs, measuredMs);
    }
}
