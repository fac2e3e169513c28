using System.Globalization;
using Hrm.Benchmarks.Devices;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>A few whole training steps of the 27M preset, and the largest memory that they ever had.</summary>
/// <param name="Gradient">Which updates record gradients.</param>
/// <param name="HighCycles">N.</param>
/// <param name="LowCycles">T.</param>
/// <param name="Batch">B.</param>
/// <param name="Steps">How many steps.</param>
internal sealed record MemoryCase(GradientMode Gradient, int HighCycles, int LowCycles, int Batch, int Steps = 3)
{
    private const int Numbers = 5;

    /// <summary>Where, and in which dtype; float32 where it says none. Given by all: parsing sets the precision of the whole process.</summary>
    public required DeviceArguments Device { get; init; }

    /// <summary>The arguments that make another process measure this case.</summary>
    public string[] Arguments =>
    [
        MemoryCommand.CaseName,
        $"{Gradient}",
        HighCycles.ToString(CultureInfo.InvariantCulture),
        LowCycles.ToString(CultureInfo.InvariantCulture),
        Batch.ToString(CultureInfo.InvariantCulture),
        Steps.ToString(CultureInfo.InvariantCulture),
        .. Device.ForOtherProcess(Dtype),
    ];

    private ScalarType Dtype => Device.Dtype ?? ScalarType.Float32;

    public static MemoryCase Parse(IReadOnlyList<string> arguments) => new(
        Enum.Parse<GradientMode>(arguments[0]),
        int.Parse(arguments[1], CultureInfo.InvariantCulture),
        int.Parse(arguments[2], CultureInfo.InvariantCulture),
        int.Parse(arguments[3], CultureInfo.InvariantCulture),
        int.Parse(arguments[4], CultureInfo.InvariantCulture))
    {
        Device = DeviceArguments.Parse([.. arguments.Skip(Numbers)]),
    };

    /// <summary>The peak of a process that measures this case alone, MiB: resident, or of its device.</summary>
    public double MeasureInOwnProcess() => long.Parse(ChildProcess.Run(Arguments).Trim(), CultureInfo.InvariantCulture) / (1024.0 * 1024.0);

    /// <summary>Trains, and gives the peak in bytes.</summary>
    public long MeasurePeak()
    {
        var memory = DeviceMemory.Begin(Device.Device);
        using var generator = new Generator(1);
        using var model = RandomModel.Create(HrmPresets.SudokuExtreme with { HighCycles = HighCycles, LowCycles = LowCycles, ForwardDtype = Dtype });
        model.to(Device.Device);
        var options = new TrainerOptions { GlobalBatchSize = Batch };
        using HrmTrainer trainer = Gradient == GradientMode.FullUnroll
            ? new BpttTrainer(model, options, generator)
            : new OneStepGradTrainer(model, options, generator);
        using var batches = new SudokuBatches(Batch, count: 1, Device.Device);

        for (var step = 0; step < Steps; step++)
        {
            trainer.Step(batches.First).Dispose();
        }

        return memory.Peak();
    }
}
