using System.Diagnostics;
using Hrm.Core;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Tool;

/// <summary>
/// Turns a training time into a number of steps, once, before the run: the schedule counts steps, so that a run can be
/// repeated; the clock never enters it.
/// </summary>
internal static class StepPlan
{
    private const int WarmupSteps = 15;
    private const int TimedSteps = 25;

    /// <summary>Times a few steps of a throw-away model on the same data.</summary>
    public static long StepsIn(TimeSpan time, LabSettings settings, IEnumerable<PuzzleBatch> batches, torch.Device device)
    {
        using var generator = new torch.Generator((ulong)settings.Seed);
        using var model = Architectures.Create(settings.Architecture, settings.Model, generator);
        model.to(device);
        using var trainer = new HrmTrainer(model, settings.Trainer, generator);
        var clock = new Stopwatch();
        foreach (var batch in batches.Take(WarmupSteps + TimedSteps))
        {
            using var metrics = trainer.Step(batch);
            if (trainer.StepCount is WarmupSteps or WarmupSteps + TimedSteps)
            {
                // A device has taken the steps only when something of them can be read.
                MetricSums.Read(metrics);
            }

            if (trainer.StepCount == WarmupSteps)
            {
                clock.Start();
            }
        }

        return Math.Max(1, (long)(time / (clock.Elapsed / TimedSteps)));
    }
}
