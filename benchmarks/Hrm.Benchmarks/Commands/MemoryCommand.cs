using System.Globalization;
using System.Text.Json;
using Hrm.Benchmarks.Devices;
using Hrm.Benchmarks.Measuring;
using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>
/// <c>memory</c>: the peak of training steps as N·T grows, with the one-step gradient (the median of several processes, for the heap
/// of a process has its own chance; a device has none) and with full unrolling (one process). Resident size on the CPU, else the
/// device's memory.
/// </summary>
internal static class MemoryCommand
{
    public const string Name = "memory";

    /// <summary>What a process is told that measures one case.</summary>
    public const string CaseName = "memory-case";

    private const string Batch = "--batch";
    private const int DefaultBatch = 8;
    private const int Repetitions = 3;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };
    private static readonly (int HighCycles, int LowCycles)[] Cycles = [(2, 2), (4, 4), (8, 8)];

    /// <summary>Measures every case, prints the table, and writes <c>memory.json</c> into a folder.</summary>
    /// <returns>0, or 1 where a case with the one-step gradient has no result; full unrolling may not fit.</returns>
    public static int Run(IReadOnlyList<string> arguments, string folder)
    {
        var options = DeviceArguments.Parse(arguments, Batch);
        var batch = options.Number(Batch, DefaultBatch);
        var dtype = DeviceArguments.NameOf(options.Dtype ?? ScalarType.Float32);
        var isHost = options.Device.type == DeviceType.CPU;
        var repetitions = isHost && !options.Values.ContainsKey("--seconds") ? Repetitions : 1;
        Console.WriteLine($"27M preset, {dtype}, S 82, batch {batch}: peak {(isHost ? "resident size" : $"memory of {DeviceArguments.NameOf(options.Device)}")} of training, MiB");
        Console.WriteLine("  N  T  N·T   one step   against N·T 4   full unrolling (BPTT)");
        var rows = new List<MemoryRow>();
        foreach (var (high, low) in Cycles)
        {
            var one = new MemoryCase(GradientMode.OneStep, high, low, batch) { Device = options };
            double[] oneStep = [.. Enumerable.Range(0, repetitions).Select(_ => one.MeasureInOwnProcess()).Order()];
            var (unrolled, problem) = MeasureUnrolled(one with { Gradient = GradientMode.FullUnroll });
            var row = new MemoryRow(high, low, [.. oneStep.Select(value => Math.Round(value, 1))], unrolled, problem);
            rows.Add(row);
            Console.WriteLine(row.ToText(rows[0].Median));
        }

        Write(options, folder, batch, dtype, rows);
        return 0;
    }

    /// <summary>In the process of a case: measures it, and prints the bytes.</summary>
    public static int RunCase(IReadOnlyList<string> arguments)
    {
        Console.WriteLine(MemoryCase.Parse(arguments).MeasurePeak().ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    private static (double? MiB, string? Problem) MeasureUnrolled(MemoryCase unrolled)
    {
        try
        {
            return (Math.Round(unrolled.MeasureInOwnProcess(), 1), null);
        }
        catch (MeasurementException exception) when (unrolled.Device.Device.type == DeviceType.CUDA)
        {
            return (null, exception.Message.Split('\n')[0]);
        }
    }

    private static void Write(DeviceArguments options, string folder, int batch, string dtype, List<MemoryRow> rows)
    {
        var result = new { preset = "sudoku-extreme", dtype, batch, rows };
        if (options.Output is not null)
        {
            DeviceFacts.Of(options).Write(options, Name, result);
            return;
        }

        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "memory.json");
        File.WriteAllText(path, JsonSerializer.Serialize(result, Json));
        Console.WriteLine(path);
    }
}
