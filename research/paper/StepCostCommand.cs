using System.CommandLine;
using System.Diagnostics;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Paper;

/// <summary>
/// <c>step-cost</c>, which the memory figure starts in another process, because a process has only one peak of memory.
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
    /// From how many bytes on glibc maps a block by itself and gives it back when it is freed. Left alone it raises that bound as it goes, and the heap
    /// keeps holes: 30 MiB of chance between two processes that do the same.
    /// </summary>
    private const string MappedBytes = "65536";

    public static Command Create()
    {
        var file = new Option<string>("--settings") { Required = true };
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var command = new Command(Name, "Measures one training step; started by the memory figure.") { file, device, threads };
        command.Hidden = true;
        command.SetAction(result =>
        {
            var settings = JsonFiles.Read<RunSettings>(result.GetValue(file)!) ?? throw new LabException($"--settings: expected settings, got {result.GetValue(file)}.");
            var cost = Measure(settings, CommonOptions.Apply(result.GetValue(device)!, result.GetValue(threads), allowsTf32: false));
            Console.WriteLine(JsonFiles.ToText(cost));
        });
        return command;
    }

    /// <summary>Measures in a process of its own.</summary>
    /// <param name="settings">The model and its training.</param>
    /// <param name="file">Takes the settings for that process.</param>
    /// <param name="device">Where it trains.</param>
    /// <param name="quantity">What of the result is wanted.</param>
    public static StepCost RunInOwnProcess(RunSettings settings, string file, torch.Device device, StepQuantity quantity)
    {
        JsonFiles.Write(file, settings);
        var environment = new Dictionary<string, string>();
        if (quantity == StepQuantity.Memory)
        {
            environment = new Dictionary<string, string> { ["DOTNET_GCgen0size"] = NurseryBytes, ["MALLOC_MMAP_THRESHOLD_"] = MappedBytes };
        }

        try
        {
            var output = OwnProcess.Run(environment, Name, "--settings", file, "--device", $"{device}", "--threads", $"{torch.get_num_threads()}");
            return JsonFiles.Parse<StepCost>(output);
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
        var before = device.type == DeviceType.CPU ? process.WorkingSet64 : 0;
        var clock = new Stopwatch();
        var options = new TrainingStreamOptions { EpochsPerIteration = settings.EpochsPerIteration, Seed = settings.Seed, PrefetchBatches = 0 };
        using var batches = new TrainingStream(training.Examples, settings.Trainer.GlobalBatchSize, options, device);
        foreach (var batch in batches.Take(WarmupSteps + TimedSteps))
        {
            trainer.Step(batch).Dispose();
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

/// <summary>What a training step takes.</summary>
/// <param name="MiB">The largest memory.</param>
/// <param name="MiBBefore">The memory before the first step: runtime, model and data; 0 on a device.</param>
/// <param name="Milliseconds">The time of a step.</param>
internal sealed record StepCost(double MiB, double MiBBefore, double Milliseconds);

/// <summary>What of a step a process measures: what makes memory exact takes time.</summary>
internal enum StepQuantity
{
    /// <summary>The largest memory.</summary>
    Memory,

    /// <summary>The time.</summary>
    Time,
}
