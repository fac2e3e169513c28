using System.Globalization;
using System.Text.Json;
using Hrm.Core;

namespace Hrm.Benchmarks.Commands;

/// <summary>
/// <c>memory</c>: the peak resident size of training steps as N·T grows, with the one-step gradient (the median of several
/// processes, for the heap of a process has its own chance) and with full unrolling (one process).
/// </summary>
internal static class MemoryCommand
{
    public const string Name = "memory";

    /// <summary>What a process is told that measures one case.</summary>
    public const string CaseName = "memory-case";

    private const int Batch = 8;
    private const int Repetitions = 3;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };
    private static readonly (int HighCycles, int LowCycles)[] Cycles = [(2, 2), (4, 4), (8, 8)];

    /// <summary>Measures every case, prints the table, and writes <c>memory.json</c> into a folder.</summary>
    public static int Run(string folder)
    {
        Console.WriteLine($"27M preset, float32, S 82, batch {Batch}: peak resident size of training, MiB");
        Console.WriteLine("  N  T  N·T   one step   against N·T 4   full unrolling (BPTT)");
        var rows = new List<object>();
        var first = 0.0;
        foreach (var (high, low) in Cycles)
        {
            var processes = Enumerable.Range(0, Repetitions).Select(_ => new MemoryCase(GradientMode.OneStep, high, low, Batch).MeasureInOwnProcess()).Order().ToArray();
            var oneStep = processes[Repetitions / 2];
            var unrolled = new MemoryCase(GradientMode.FullUnroll, high, low, Batch).MeasureInOwnProcess();
            first = first == 0 ? oneStep : first;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{high,3}{low,3}{high * low,5}{oneStep,11:F0}{100 * ((oneStep / first) - 1),14:+0.0;-0.0}%{unrolled,24:F0}   one step: {processes[0]:F0} … {processes[^1]:F0}"));
            rows.Add(new { n = high, t = low, oneStepMiB = processes.Select(value => Math.Round(value, 1)), unrolledMiB = Math.Round(unrolled, 1) });
        }

        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "memory.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new { preset = "sudoku-extreme", dtype = "float32", batch = Batch, rows }, Json));
        Console.WriteLine(path);
        return 0;
    }

    /// <summary>In the process of a case: measures it, and prints the bytes.</summary>
    public static int RunCase(IReadOnlyList<string> arguments)
    {
        Console.WriteLine(MemoryCase.Parse(arguments).MeasurePeak().ToString(CultureInfo.InvariantCulture));
        return 0;
    }
}
