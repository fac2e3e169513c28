using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Analysers;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Validators;
using Hrm.Benchmarks.Commands;
using Hrm.Benchmarks.Measuring;

namespace Hrm.Benchmarks.Reporting;

/// <summary>
/// The column "Peak MiB": the most memory that a process which runs the case alone ever had resident, less what it had with libtorch
/// loaded and nothing made yet. BenchmarkDotNet's own column sees managed memory, in which tensors are nearly nothing.
/// </summary>
/// <param name="isQuick">Whether the cases are those of the quick run.</param>
internal sealed class PeakMemoryDiagnoser(bool isQuick) : IDiagnoser
{
    public IEnumerable<string> Ids => [nameof(PeakMemoryDiagnoser)];

    public IEnumerable<IExporter> Exporters => [];

    public IEnumerable<IAnalyser> Analysers => [];

    public RunMode GetRunMode(BenchmarkCase benchmarkCase)
        => benchmarkCase.Descriptor.Type.GetCustomAttribute<PeakMemoryAttribute>() is not { } attribute || (isQuick && attribute.IsFullRunOnly)
            ? RunMode.None
            : RunMode.NoOverhead;

    public bool RequiresBlockingAcknowledgments(BenchmarkCase benchmarkCase) => false;

    public void Handle(HostSignal signal, DiagnoserActionParameters parameters)
    {
        // The case is run again, elsewhere, when its results are collected.
    }

    /// <exception cref="MeasurementException">The other process failed.</exception>
    public IEnumerable<Metric> ProcessResults(DiagnoserResults results)
    {
        if (GetRunMode(results.BenchmarkCase) != RunMode.None)
        {
            var output = ChildProcess.Run(PeakCommand.Name, isQuick ? "quick" : "full", CaseName.Of(results.BenchmarkCase));
            yield return new Metric(PeakMemoryMetric.Instance, double.Parse(output.Trim(), CultureInfo.InvariantCulture));
        }
    }

    public void DisplayResults(ILogger logger)
    {
        // The column says it.
    }

    public IEnumerable<ValidationError> Validate(ValidationParameters validationParameters) => [];
}
