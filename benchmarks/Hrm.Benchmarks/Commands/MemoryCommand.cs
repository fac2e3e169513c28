using System.CommandLine;
using System.Globalization;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Ratios;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>
/// <c>memory</c>: peak memory of training steps as N·T grows, with the one-step gradient and with full unrolling; resident on the CPU,
/// otherwise of the device. Each case is a process.
/// </summary>
internal sealed class MemoryCommand : DeviceCommand
{
    private const string CommandName = "memory";
    private const int Steps = 3;

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

    /// <summary>Measures the growth of memory with N·T on the CPU.</summary>
    public static IEnumerable<RatioRow> MeasureGrowth(bool isQuick)
    {
        var batch = isQuick ? 2 : 8;
        var few = MeasureRow(cycles: 2, batch, processes: 3, device: []);
        var many = MeasureRow(cycles: 8, batch, processes: 3, device: []);
        yield return new RatioRow(
            "memory of a one-step-gradient step as N·T goes 4 → 64, 27M preset, growth in percent",
            100 * ((many.Median / few.Median) - 1),
            FormattableString.Invariant($"peak resident {few.Median:0} → {many.Median:0} MiB, batch {batch}, medians of 3 processes; BPTT {few.UnrolledMiB:0} → {many.UnrolledMiB:0} MiB"))
        {
            Bar = Bound.AtMost(3),
        };
    }

    protected override int Run(ParseResult result, DeviceSettings device)
    {
        var batch = result.GetValue(_batch);
        if (result.GetValue(_cycles) is { } only)
        {
            var config = HrmPresets.SudokuExtreme with { HighCycles = only, LowCycles = only, ForwardDtype = device.Dtype ?? ScalarType.Float32 };
            var options = new TrainerOptions { GlobalBatchSize = batch, GradientMode = result.GetValue(_mode) };
            Console.WriteLine(MeasurePeak(config, options, device.Device).ToString("F1", CultureInfo.InvariantCulture));
            return 0;
        }

        var dtype = (device.Dtype ?? ScalarType.Float32).Label();
        Console.WriteLine($"27M preset, {dtype}, S 82, batch {batch}: peak memory of training on {device.Device}, MiB");
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

    /// <summary>Measures a row of the table, each case in another process.</summary>
    /// <param name="cycles">N and T.</param>
    /// <param name="batch">B.</param>
    /// <param name="processes">Number of processes with the one-step gradient.</param>
    /// <param name="device">Options of the device.</param>
    /// <exception cref="MeasurementException">A case failed; on a CUDA device full unrolling may fail.</exception>
    private static MemoryRow MeasureRow(int cycles, int batch, int processes, string[] device)
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
            string[] arguments = [CommandName, "--gradient", $"{mode}", "--cycles", $"{cycles}", "--batch", $"{batch}", .. device];
            return double.Parse(ChildProcess.Run(typeof(MemoryCommand).Assembly, arguments, ChildProcess.SmallNursery), CultureInfo.InvariantCulture);
        }
    }

    private static double MeasurePeak(HrmConfig config, TrainerOptions options, Device device)
    {
        var memory = new DeviceMemory(device);
        using var generator = new Generator(1);
        using var model = RandomData.CreateModel(config, device);
        using var trainer = new HrmTrainer(model, options, generator);
        using var batch = RandomData.CreateBatch(config, options.GlobalBatchSize, device);
        for (var step = 0; step < Steps; step++)
        {
            trainer.Step(batch);
        }

        return memory.PeakMiB();
    }

    /// <summary>Memory of training steps for one N = T.</summary>
    /// <param name="Cycles">N and T.</param>
    /// <param name="OneStepMiB">Peaks of several processes with the one-step gradient, sorted. The heap of a process varies.</param>
    /// <param name="UnrolledMiB">Peak with full unrolling; <see langword="null"/> if it does not fit on the device.</param>
    private sealed record MemoryRow(int Cycles, double[] OneStepMiB, double? UnrolledMiB)
    {
        /// <summary>Median with the one-step gradient.</summary>
        public double Median => OneStepMiB[OneStepMiB.Length / 2];
    }
}
