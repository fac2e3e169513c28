using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Hrm.Benchmarks;

/// <summary>Settings of every benchmark. Arguments such as <c>--job short</c> add to them.</summary>
internal static class BenchmarkConfig
{
    /// <summary>
    /// Creates the config. An iteration is one invocation, because a step takes from a tenth of a second to many seconds. The cases run in
    /// this process, because each build of another one would copy 480 MB of natives.
    /// </summary>
    public static IConfig Create() => ManualConfig.CreateEmpty()
        .AddJob(Job.Default
            .WithToolchain(new InProcessEmitToolchain(TimeSpan.FromHours(1), logOutput: true))
            .WithStrategy(RunStrategy.Monitoring)
            .WithInvocationCount(1)
            .WithUnrollFactor(1)
            .WithMinWarmupCount(1)
            .WithMaxWarmupCount(3)
            .WithMaxIterationCount(16)
            .AsMutator())
        .AddLogger(BenchmarkDotNet.Loggers.ConsoleLogger.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddColumn(StatisticColumn.Median)
        .AddExporter(MarkdownExporter.GitHub)
        .WithCultureInfo(CultureInfo.InvariantCulture)
        .WithSummaryStyle(SummaryStyle.Default.WithTimeUnit(TimeUnit.Millisecond).WithMaxParameterColumnWidth(40));
}
