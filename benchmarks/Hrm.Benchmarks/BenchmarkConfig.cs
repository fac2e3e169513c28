using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Hrm.Benchmarks.Reporting;
using Hrm.Benchmarks.Suites;
using Hrm.Benchmarks.Workloads;
using Hrm.Benchmarks.Workloads.Layers;
using Perfolizer.Horology;

namespace Hrm.Benchmarks;

/// <summary>How the benchmarks run.</summary>
internal static class BenchmarkConfig
{
    /// <summary>One iteration is one invocation: a step takes from a tenth of a second to many seconds.</summary>
    public static IConfig Create(BenchmarkArguments arguments, string artifactsFolder)
    {
        var job = new Job(arguments.IsQuick ? "Quick" : "Full")
            .WithToolchain(new InProcessEmitToolchain(TimeSpan.FromHours(1), logOutput: true))
            .WithStrategy(RunStrategy.Monitoring)
            .WithLaunchCount(1)
            .WithWarmupCount(arguments.IsQuick ? 1 : 3)
            .WithIterationCount(arguments.IsQuick ? 3 : 15)
            .WithInvocationCount(1)
            .WithUnrollFactor(1);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddLogger(ConsoleLogger.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddColumn(StatisticColumn.Median)
            .AddExporter(MarkdownExporter.GitHub)
            .AddDiagnoser(new PeakMemoryDiagnoser(arguments.IsQuick))
            .AddFilter(new SimpleFilter(benchmark => IsOfSize(benchmark, arguments.IsQuick)))
            .WithArtifactsPath(artifactsFolder)
            .WithCultureInfo(CultureInfo.InvariantCulture)
            .WithSummaryStyle(SummaryStyle.Default.WithTimeUnit(TimeUnit.Millisecond).WithMaxParameterColumnWidth(40));
        return arguments.Patterns.Count == 0 ? config : config.AddFilter(new GlobFilter([.. arguments.Patterns]));
    }

    private static bool IsOfSize(BenchmarkCase benchmark, bool isQuick) => benchmark.Parameters.Items.All(item => item.Value switch
    {
        GradientWorkload workload => workload.IsQuick == isQuick,
        LayerCase layer => layer.IsQuick || !isQuick,
        SegmentPass pass => pass == SegmentPass.ForwardBackward || !isQuick,

        // Of the 27M preset the ratio table, which the quick run ends with, measures the training steps.
        TrainingPreset preset => preset == TrainingPreset.Small || !isQuick || benchmark.Descriptor.Type != typeof(TrainingStepBenchmarks),
        _ => true,
    });
}
