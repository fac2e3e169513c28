using System.Diagnostics;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Scaling;

/// <summary>Runs one case in this process.</summary>
internal static class ScalingMeasurement
{
    private const int LeastRuns = 3;
    private const int MostRuns = 15;
    private const int Seed = 3;
    private const double BytesPerMebibyte = 1024.0 * 1024.0;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(1.5);

    /// <summary>Runs until the budget is used up, but at least a few times, after one run that is not counted.</summary>
    public static ScalingPoint Measure(ScalingCase scaling)
    {
        set_num_threads(scaling.Threads);
        zeros(1).Dispose();
        using var process = Process.GetCurrentProcess();
        var idle = process.WorkingSet64;

        var config = scaling.Config;
        using var model = RandomModel.Create(config);
        using var batch = RandomBatch(config, scaling.Batch);
        using var generator = new Generator(Seed, CPU);
        using var trainer = CreateTrainer(scaling, model, generator);
        if (trainer is null)
        {
            model.eval();
        }

        using var carry = model.InitialCarry(scaling.Batch);
        Run();
        var (total, times) = (Stopwatch.StartNew(), new List<double>());
        while (times.Count < LeastRuns || (times.Count < MostRuns && total.Elapsed < Budget))
        {
            var watch = Stopwatch.StartNew();
            Run();
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        process.Refresh();
        return new ScalingPoint(Quantile.Of(times, 0.5), (process.PeakWorkingSet64 - idle) / BytesPerMebibyte);

        void Run()
        {
            if (trainer is not null)
            {
                trainer.Step(batch).Dispose();
                return;
            }

            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            model.call(carry, batch);
        }
    }

    private static HrmTrainer? CreateTrainer(ScalingCase scaling, HrmModel model, Generator generator)
    {
        var options = new TrainerOptions { GlobalBatchSize = scaling.Batch };
        return scaling.Mode switch
        {
            ScalingMode.OneStep => new OneStepGradTrainer(model, options, generator),
            ScalingMode.Bptt => new BpttTrainer(model, options, generator),
            _ => null,
        };
    }

    private static PuzzleBatch RandomBatch(HrmConfig config, int rows)
    {
        var random = new Random(Seed);
        int[] tokens = [.. Enumerable.Range(0, rows * config.SequenceLength).Select(_ => random.Next(1, config.VocabularySize))];
        return PuzzleBatch.Create(tokens, tokens, [], config.SequenceLength);
    }
}
