using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>Memory of training steps for one N = T.</summary>
/// <param name="Cycles">N and T.</param>
/// <param name="OneStepMiB">Peaks of several processes with the one-step gradient, sorted. The heap of a process varies.</param>
/// <param name="UnrolledMiB">Peak with full unrolling; <see langword="null"/> if it does not fit on the device.</param>
internal sealed record MemoryRow(int Cycles, double[] OneStepMiB, double? UnrolledMiB)
{
    /// <summary>Median with the one-step gradient.</summary>
    public double Median => OneStepMiB[OneStepMiB.Length / 2];
}

/// <summary>
/// <c>memory</c>: peak memory of training steps as N·T grows, with the one-step gradient and with full unrolling; resident on the CPU,
/// otherwise of the device. Each case is a process.
/// </summary>
internal sealed partial class MemoryCommand : DeviceCommand
{
    private const string CommandName = "memory";
    private const int Steps = 3;
    private const double BytesPerMebibyte = 1024.0 * 1024.0;

    private static readonly int[] Cycles = [2, 4, 8];

    private readonly Option<int> _batch = new("--batch") { Description = "B.", DefaultValueFactory = _ => 8 };
    private readonly Option<int?> _cycles = new("--cycles") { Description = "Measures one case in this process.", Hidden = true };
    private readonly Option<GradientMode> _mode = new("--gradient") { Description = "The gradient of that case.", Hidden = true };

    public MemoryCommand()
        : base(CommandName, "Peak memory of training steps of the 27M preset as N·T grows, one-step gradient and BPTT.")
    {
        Add(_batch);
        Add(_cycles);
        Add(_mode);
    }

    /// <summary>Measures a row of the table, each case in another process.</summary>
    /// <param name="cycles">N and T.</param>
    /// <param name="batch">B.</param>
    /// <param name="processes">Number of processes with the one-step gradient.</param>
    /// <param name="device">Options of the device.</param>
    /// <exception cref="MeasurementException">A case failed; on a CUDA device full unrolling may fail.</exception>
    public static MemoryRow MeasureRow(int cycles, int batch, int processes, string[] device)
    {
        double[] oneStep = [.. Enumerable.Range(0, processes).Select(_ => Peak(GradientMode.OneStep)).Order()];
        try
        {
            return new MemoryRow(cycles, oneStep, Peak(GradientMode.FullUnroll));
        }
        catch (MeasurementException) when (device.Any(argument => argument.StartsWith("cuda", StringComparison.Ordinal)))
        {
            return new MemoryRow(cycles, oneStep, UnrolledMiB: null);
        }

        double Peak(GradientMode mode)
        {
            string[] sizes = [cycles.ToString(CultureInfo.InvariantCulture), "--batch", batch.ToString(CultureInfo.InvariantCulture)];
            return double.Parse(ChildProcess.Run([CommandName, "--gradient", $"{mode}", "--cycles", .. sizes, .. device]), CultureInfo.InvariantCulture);
        }
    }

    protected override int Run(ParseResult result, DeviceSettings device)
    {
        var batch = result.GetValue(_batch);
        if (result.GetValue(_cycles) is { } only)
        {
            var config = HrmPresets.SudokuExtreme with { HighCycles = only, LowCycles = only, ForwardDtype = device.Dtype ?? ScalarType.Float32 };
            var options = new TrainerOptions { GlobalBatchSize = batch, GradientMode = result.GetValue(_mode) };
            Console.WriteLine(MeasurePeak(new TrainingSetup(config, options), device).ToString("F1", CultureInfo.InvariantCulture));
            return 0;
        }

        var dtype = (device.Dtype ?? ScalarType.Float32).Label();
        Console.WriteLine($"27M preset, {dtype}, S 82, batch {batch}: peak memory of training on {device.Name}, MiB");
        Console.WriteLine("| N | T | N·T | one-step gradient | against N·T = 4 | full unrolling (BPTT) |\n|---|---|---|---|---|---|");
        var rows = new List<MemoryRow>();
        foreach (var cycles in Cycles)
        {
            var row = MeasureRow(cycles, batch, device.Device.type == DeviceType.CPU ? 3 : 1, device.Arguments);
            rows.Add(row);
            Console.WriteLine(FormattableString.Invariant(
                $"| {cycles} | {cycles} | {cycles * cycles} | {row.Median:F0} ({row.OneStepMiB[0]:F0} … {row.OneStepMiB[^1]:F0}) | {100 * ((row.Median / rows[0].Median) - 1):+0.0;-0.0} % | {row.UnrolledMiB:F0} |"));
        }

        device.Write(CommandName, new { Preset = "sudoku-extreme", Dtype = dtype, Batch = batch, Rows = rows });
        return 0;
    }

    private static double MeasurePeak(TrainingSetup setup, DeviceSettings device)
    {
        // The context of a device does not count.
        zeros([1], device: device.Device).Dispose();
        var before = UsedBytes(device);
        using var generator = new Generator(1);
        using var model = RandomData.CreateModel(setup.Config, device.Device);
        using var trainer = setup.CreateTrainer(model, generator);
        using var batches = RandomData.CreateBatches(setup.Config, setup.Options.GlobalBatchSize, count: 1, device.Device);
        for (var step = 0; step < Steps; step++)
        {
            trainer.Step(batches.First);
        }

        return (UsedBytes(device) - (device.Device.type == DeviceType.CUDA ? before : 0)) / BytesPerMebibyte;
    }

    /// <summary>Peak of the process, or memory in use on the CUDA device.</summary>
    /// <remarks>
    /// TorchSharp has no memory statistics, so the driver reports the free memory. libtorch keeps the blocks it has allocated, so the
    /// memory in use at the end is the peak. No other process may use the device at the same time.
    /// </remarks>
    private static double UsedBytes(DeviceSettings device)
    {
        if (device.Device.type == DeviceType.CPU)
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }

        device.Wait();
        var code = MemoryInfo(out var free, out var total);
        return code == 0 ? total - free : throw new MeasurementException($"cuMemGetInfo: expected code 0, got {code}");
    }

    /// <summary>Queries the context of the calling thread, which is libtorch's.</summary>
    [LibraryImport("libcuda.so.1", EntryPoint = "cuMemGetInfo_v2")]
    private static partial int MemoryInfo(out nuint free, out nuint total);
}
