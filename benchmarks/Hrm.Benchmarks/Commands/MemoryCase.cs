using System.Diagnostics;
using System.Globalization;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Benchmarks.Commands;

/// <summary>A few whole training steps of the 27M preset, float32, and the largest memory that this process ever had resident.</summary>
/// <param name="Gradient">Which updates record gradients.</param>
/// <param name="HighCycles">N.</param>
/// <param name="LowCycles">T.</param>
/// <param name="Batch">B.</param>
/// <param name="Steps">How many steps.</param>
internal sealed record MemoryCase(GradientMode Gradient, int HighCycles, int LowCycles, int Batch, int Steps = 3)
{

    /// <summary>The arguments that make another process measure this case.</summary>
    public string[] Arguments =>
    [
        MemoryCommand.CaseName,
        $"{Gradient}",
        HighCycles.ToString(CultureInfo.InvariantCulture),
        LowCycles.ToString(CultureInfo.InvariantCulture),
        Batch.ToString(CultureInfo.InvariantCulture),
        Steps.ToString(CultureInfo.InvariantCulture),
    ];

    public static MemoryCase Parse(IReadOnlyList<string> arguments) => new(
        Enum.Parse<GradientMode>(arguments[0]),
        int.Parse(arguments[1], CultureInfo.InvariantCulture),
        int.Parse(arguments[2], CultureInfo.InvariantCulture),
        int.Parse(arguments[3], CultureInfo.InvariantCulture),
        int.Parse(arguments[4], CultureInfo.InvariantCulture));

    /// <summary>The peak resident size of a process that measures this case alone, MiB.</summary>
    public double MeasureInOwnProcess() => long.Parse(ChildProcess.Run(Arguments).Trim(), CultureInfo.InvariantCulture) / (1024.0 * 1024.0);

    /// <summary>Trains, and gives the peak resident size of the process in bytes.</summary>
    public long MeasurePeak()
    {
        using var generator = new torch.Generator(1);
        using var model = RandomModel.Create(HrmPresets.SudokuExtreme with
        {
            HighCycles = HighCycles,
            LowCycles = LowCycles,
            ForwardDtype = torch.ScalarType.Float32,
        });
        var options = new TrainerOptions { GlobalBatchSize = Batch };
        using HrmTrainer trainer = Gradient == GradientMode.FullUnroll
            ? new BpttTrainer(model, options, generator)
            : new OneStepGradTrainer(model, options, generator);
        using var batches = new SudokuBatches(Batch, count: 1);

        for (var step = 0; step < Steps; step++)
        {
            trainer.Step(batches.First).Dispose();
        }

        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
