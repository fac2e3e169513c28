using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Paper;

/// <summary>
/// <c>step-cost</c>, which the memory figure runs in another process, because a process has only one peak of memory.
/// </summary>
internal static class StepCostCommand
{
    private const string Name = "step-cost";
    private const int WarmupSteps = 2;
    private const int TimedSteps = 6;

    /// <summary>
    /// Size from which glibc maps a block separately and returns it when it is freed. By default this bound grows while the process runs, and
    /// the heap keeps holes: two processes that do the same differ by up to 30 MiB.
    /// </summary>
    private static readonly (string, string) SeparateBlocks = ("MALLOC_MMAP_THRESHOLD_", "65536");

    public static Command Create()
    {
        var file = new Option<string>("--settings") { Required = true };
        var command = new Command(Name, "Measures one training step; started by the memory figure.") { file, TorchOptions.Device, TorchOptions.Threads };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            var settings = JsonFiles.Read<RunSettings>(parsed.GetValue(file)!) ?? throw new UsageException($"--settings: expected settings, got {parsed.GetValue(file)}.");
            Console.WriteLine(JsonSerializer.Serialize(Measure(settings, TorchOptions.Apply(parsed))));
        });
        return command;
    }

    /// <summary>Measures in another process.</summary>
    /// <param name="settings">The model and its training.</param>
    /// <param name="folder">The folder for the file of the settings.</param>
    /// <param name="device">The device of the training.</param>
    /// <param name="quantity">The quantity that must be exact.</param>
    /// <exception cref="MeasurementException">The process failed.</exception>
    public static StepCost RunInOwnProcess(RunSettings settings, string folder, torch.Device device, StepQuantity quantity)
    {
        var file = Path.Combine(folder, "step.json");
        JsonFiles.Write(file, settings);
        try
        {
            var output = ChildProcess.Run(
                typeof(StepCostCommand).Assembly,
                [Name, "--settings", file, "--device", $"{device}", "--threads", $"{torch.get_num_threads()}"],
                quantity == StepQuantity.Memory ? [ChildProcess.SmallNursery, SeparateBlocks] : []);
            return JsonSerializer.Deserialize<StepCost>(output)!;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static StepCost Measure(RunSettings settings, torch.Device device)
    {
        var memory = new DeviceMemory(device);
        var task = ToolTask.Of(settings.Task);
        using var training = task.OpenTraining(settings.Data);
        using var generator = new torch.Generator((ulong)settings.Seed);
        using var model = Architectures.Create(settings.Architecture, settings.Model, generator);
        model.to(device);
        using var trainer = new HrmTrainer(model, settings.Trainer, generator);
        using var process = Process.GetCurrentProcess();
        var before = device.type == DeviceType.CPU ? process.WorkingSet64 / DeviceMemory.Mebibyte : 0;
        var clock = new Stopwatch();
        var options = new TrainingStreamOptions { EpochsPerIteration = settings.EpochsPerIteration, Seed = settings.Seed, PrefetchBatches = 0 };
        using var batches = new TrainingStream(training.Examples, settings.Trainer.GlobalBatchSize, options, device);
        foreach (var batch in batches.Take(WarmupSteps + TimedSteps))
        {
            trainer.Step(batch);
            if (trainer.StepCount == WarmupSteps)
            {
                DeviceMemory.Wait(device);
                clock.Start();
            }
        }

        DeviceMemory.Wait(device);
        return new StepCost(memory.PeakMiB(), before, clock.Elapsed.TotalMilliseconds / TimedSteps);
    }
}

/// <summary>The cost of a training step.</summary>
/// <param name="MiB">The largest memory.</param>
/// <param name="MiBBefore">The memory before the first step: runtime, model and data; 0 on a device.</param>
/// <param name="Milliseconds">The time of a step.</param>
internal sealed record StepCost(double MiB, double MiBBefore, double Milliseconds);

/// <summary>The quantity that a process measures, because the settings that make memory exact take time.</summary>
internal enum StepQuantity
{
    Memory,
    Time,
}
