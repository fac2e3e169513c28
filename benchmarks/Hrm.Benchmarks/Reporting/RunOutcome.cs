using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Hrm.Benchmarks.Reporting;

/// <summary>Which of the cases that a run should have measured have a result. BenchmarkDotNet itself reports success anyway.</summary>
internal static class RunOutcome
{
    /// <summary>The names of the cases that the config selects.</summary>
    public static IReadOnlyList<string> Expected(IEnumerable<Type> types, IConfig config)
        => [.. types.SelectMany(type => BenchmarkConverter.TypeToBenchmarks(type, config).BenchmarksCases).Select(CaseName.Of)];

    /// <summary>The expected cases that failed, or are missing from the summaries.</summary>
    public static IReadOnlyList<string> WithoutResult(IReadOnlyList<string> expected, IEnumerable<Summary> summaries)
    {
        var measured = summaries
            .Where(summary => !summary.HasCriticalValidationErrors)
            .SelectMany(summary => summary.Reports)
            .Where(HasResult)
            .Select(report => CaseName.Of(report.BenchmarkCase))
            .ToHashSet(StringComparer.Ordinal);
        return [.. expected.Where(name => !measured.Contains(name))];
    }

    internal static bool HasResult(BenchmarkReport report)
        => report is { Success: true, ResultStatistics.Median: > 0 and < double.PositiveInfinity };
}
