using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Reporting;
using Hrm.Benchmarks.Workloads;
using TorchSharp;

namespace Hrm.Benchmarks.Commands;

/// <summary><c>peak quick|full CASE</c>: what a process is told that runs one benchmark case alone and reads its peak of memory.</summary>
internal static class PeakCommand
{
    public const string Name = "peak";

    private const double BytesPerMebibyte = 1024.0 * 1024.0;

    /// <summary>Runs the case once, and prints the MiB.</summary>
    /// <exception cref="MeasurementException">There is no such case.</exception>
    public static int Run(IEnumerable<Type> types, IConfig config, string name)
    {
        var benchmark = types.SelectMany(type => BenchmarkConverter.TypeToBenchmarks(type, config).BenchmarksCases).FirstOrDefault(candidate => CaseName.Of(candidate) == name)
            ?? throw new MeasurementException($"expected the name of a case, got '{name}'");
        EqualityProofs.IsOn = false;
        torch.zeros(1).Dispose();
        using var process = Process.GetCurrentProcess();
        var idle = process.WorkingSet64;

        var instance = Activator.CreateInstance(benchmark.Descriptor.Type);
        foreach (var parameter in benchmark.Parameters.Items)
        {
            benchmark.Descriptor.Type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
        }

        benchmark.Descriptor.GlobalSetupMethod?.Invoke(instance, []);
        benchmark.Descriptor.WorkloadMethod.Invoke(instance, []);
        process.Refresh();
        Console.WriteLine(((process.PeakWorkingSet64 - idle) / BytesPerMebibyte).ToString("F1", CultureInfo.InvariantCulture));
        benchmark.Descriptor.GlobalCleanupMethod?.Invoke(instance, []);
        return 0;
    }
}
