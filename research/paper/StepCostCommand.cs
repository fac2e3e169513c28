using System.CommandLine;
using System.Diagnostics;
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
    private const double BytesPerMebibyte = 1024.0 * 1024.0;

    /// <summary>
    /// Size of the managed nursery, in hexadecimal bytes. By default it depends on the processor's cache, and the wrappers of tensors
    /// fill it before they are collected: tens of MB that are not part of the step.
    /// </summary>
    private const string NurseryBytes = "400000";

    /// <summary>
    /// Size from which glibc maps a block separately and returns it when it is freed. By default this bound grows while the process runs, and
    /// the heap keeps holes: two processes that do the same differ by up to 30 MiB.
    /// </summary>
    private const string MappedBytes = "65536";

    public static Command Create()
    {
        var file = new Option<string>("--settings") { Required = true };
        var result = new Option<string>("--result") { Required = true };
        var command = new Command(Name, "Measures one training step; started by the memory figure.") { file, result, TorchOptions.Device, TorchOptions.Threads };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            var settings = JsonFiles.Read<RunSettings>(parsed.GetValue(file)!) ?? throw new UsageException($"--settings: expected settings, got {parsed.GetValue(file)}.");
            JsonFiles.Write(parsed.GetValue(result)!, Measure(settings, TorchOptions.Apply(parsed)));
        });
        return command;
    }

    /// <summary>Measures in another process.</summary>
    /// <param name="settings">The model and its training.</param>
    /// <param name="folder">The folder for the files of settings and result.</param>
    /// <param name="device">The device of the training.</param>
    /// <param name="quantity">The quantity that must be exact.</param>
    /// <exception cref="MeasurementException">The process failed.</exception>
    public static StepCost RunInOwnProcess(RunSettings settings, string folder, torch.Device device, StepQuantity quantity)
    {
        var (file, result) = (Path.Combine(folder, "step.json"), Path.Combine(folder, "step-cost.json"));
        JsonFiles.Write(file, settings);
        var program = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(StepCostCommand).Assembly.Location] : [];
        string[] arguments = [.. host, Name, "--settings", file, "--result", result, "--device", $"{device}", "--threads", $"{torch.get_num_threads()}"];
        var start = new ProcessStartInfo(program, arguments);
        if (quantity == StepQuantity.Memory)
        {
            start.Environment["DOTNET_GCgen0size"] = NurseryBytes;
            start.Environment["MALLOC_MMAP_THRESHOLD_"] = MappedBytes;
        }

        try
        {
            using var process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode == 0 && JsonFiles.Read<StepCost>(result) is { } cost
                ? cost
                : throw new MeasurementException($"{Name}: expected exit code 0 and a result, got {process.ExitCode}");
        }
        finally
        {
            File.Delete(file);
            File.Delete(result);
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
        var before = device.type == DeviceType.CPU ? process.WorkingSet64 : 0;
        var clock = new Stopwatch();
        var options = new TrainingStreamOptions { EpochsPerIteration = settings.EpochsPerIteration, Seed = settings.Seed, PrefetchBatches = 0 };
        using var batches = new TrainingStream(training.Examples, settings.Trainer.GlobalBatchSize, options, device);
        foreach (var batch in batches.Take(WarmupSteps + TimedSteps))
        {
            trainer.Step(batch);
            if (trainer.StepCount == WarmupSteps)
            {
                memory.Wait();
                clock.Start();
            }
        }

        memory.Wait();
        return new StepCost(memory.Peak() / BytesPerMebibyte, before / BytesPerMebibyte, clock.Elapsed.TotalMilliseconds / TimedSteps);
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

/// <summary>A measurement failed; other measurements can continue.</summary>
public sealed class MeasurementException(string message) : HrmException(message);
