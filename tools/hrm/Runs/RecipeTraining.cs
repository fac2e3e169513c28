using System.Globalization;
using Hrm.Core;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Tool;

/// <summary>Trains the runs of a comparison slice by slice, so that all of them advance together, and measures them after each slice.</summary>
/// <param name="path">The folder of the comparison.</param>
/// <param name="data">The puzzles that every run is trained on and measured with.</param>
/// <param name="device">The device.</param>
/// <param name="console">The console of the progress.</param>
internal sealed class RecipeTraining(string path, RunData data, torch.Device device, IAnsiConsole console)
{
    /// <summary>The name of the folder of the runs.</summary>
    public const string RunsName = "runs";

    private readonly TimeProvider _time = device.type == DeviceType.CPU ? new ProcessorTime(torch.get_num_threads()) : TimeProvider.System;

    /// <summary>Measures the time of a step, in seconds.</summary>
    public double MeasureStep(RunSettings recipe, CancellationToken cancellationToken)
    {
        // Without a change of the weights the time is the same, and a recipe that diverges does so only in its runs.
        var settings = Copy(recipe);
        (settings.Trainer.LearningRate, settings.Trainer.PuzzleLearningRate) = (0, 0);
        var (training, test) = OpenPuzzles(settings, cancellationToken);
        using var session = new TrainingSession(settings, training, test, new RunFolder(path), device, console) { Time = _time };
        return session.MeasureStep().TotalSeconds;
    }

    /// <summary>Deletes the checkpoints of finished runs, which a process that was killed has left.</summary>
    public void DeleteLeftovers(Comparison comparison) => comparison.Runs.FindAll(run => run.IsFinished).ForEach(run => DeleteCheckpoints(FolderOf(run)));

    /// <summary>Trains a run until its next evaluation.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="run">The run; receives the evaluation.</param>
    /// <param name="save">Stores the run; called after an evaluation, before the checkpoint of its step is saved, and at the end of the run.</param>
    /// <param name="cancellationToken">Stops with a checkpoint, from which the next slice resumes.</param>
    public void TrainSlice(Recipe recipe, RecipeRun run, Action save, CancellationToken cancellationToken)
    {
        var folder = FolderOf(run);
        var name = Path.GetFileName(folder.Path);
        var settings = Copy(recipe.Settings);
        (settings.Data, settings.Seed, settings.Trainer.TotalSteps) = (data, run.Seed, run.Steps);
        settings.KeepCheckpoints = 1; // Every run of a table has checkpoints at once.
        var (training, test) = OpenPuzzles(settings, cancellationToken);
        var answers = new List<(string Source, bool[] IsExact)>();
        Directory.CreateDirectory(folder.Path);
        using var log = new StreamWriter(Path.Combine(folder.Path, "train.log"), append: true) { AutoFlush = true };
        using var slice = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var session = new TrainingSession(settings, training, test, folder, device, AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(log) }))
        {
            Time = _time,
            Evaluate = Evaluate,
            Progress = new SliceProgress(new ConsoleProgress(console, $"{name}: "), EndSlice),
        };
        try
        {
            var isStarted = Directory.Exists(folder.CheckpointsPath) && Directory.EnumerateDirectories(folder.CheckpointsPath, "step-*").Any();
            var outcome = isStarted ? session.Resume(slice.Token) : session.Start(slice.Token);
            run.IsFinished = outcome.Reason != StopReason.Cancelled;
        }
        catch (TrainingDivergedException error)
        {
            // The other recipes are still worth their time.
            (run.IsFinished, run.Failure) = (true, error.Message);
            CommandLine.Warn($"{name}: {error.Message}");
        }

        if (run.IsFinished)
        {
            if (run is { Failure: null, Points.Count: 0 })
            {
                throw new UsageException($"{folder.Path}: expected a run with an evaluation, got one that finished without; choose another --output.");
            }

            save();
            DeleteCheckpoints(folder);
        }

        MetricAverages Evaluate(HrmModel model, CancellationToken cancellation)
        {
            answers.Clear();
            return new Evaluator(model, RunPoint.Depths[^1], loss: HrmTrainer.CreateLoss(settings.Trainer), batchSize: settings.EvaluationBatchSize)
                .Evaluate(test.Examples, Add, null, cancellation);
        }

        void Add(EvaluatedExample example)
        {
            // A puzzle without a known solution is neither right nor wrong.
            if (example.Labelled > 0)
            {
                answers.Add((test.SourceOf(example.Example), [.. RunPoint.Depths.Select(depth => example.Segments[depth - 1].IsExact)]));
            }
        }

        void EndSlice(TrainingReport report)
        {
            var lists = answers.Where(answer => answer.Source.Length > 0).GroupBy(answer => answer.Source).ToDictionary(list => list.Key, list => ShareExact([.. list]));
            lists[ListNames.All] = ShareExact([.. answers]);
            run.Add(new RunPoint(report.Step, report.Step * settings.Trainer.GlobalBatchSize, report.Trained.TotalMinutes, report.Metrics.Accuracy, new(lists, StringComparer.Ordinal)));
            save();
            slice.Cancel();
        }

        static double[] ShareExact((string Source, bool[] IsExact)[] rows)
            => [.. RunPoint.Depths.Select((_, depth) => (double)rows.Count(row => row.IsExact[depth]) / Math.Max(1, rows.Length))];
    }

    private RunFolder FolderOf(RecipeRun run)
        => new(Path.Combine(path, RunsName, string.Create(CultureInfo.InvariantCulture, $"{run.Recipe}-{run.Minutes}-{run.Seed}")));

    /// <summary>Deletes the checkpoints. Of a finished run only the model is needed, and the optimizer's state is three times as large.</summary>
    private static void DeleteCheckpoints(RunFolder folder)
    {
        if (Directory.Exists(folder.CheckpointsPath))
        {
            Directory.Delete(folder.CheckpointsPath, recursive: true);
        }
    }

    private static RunSettings Copy(RunSettings settings) => RunFolder.FromJson(RunFolder.ToJson(settings), "recipe");

    private (NamedDataset Training, NamedDataset Test) OpenPuzzles(RunSettings settings, CancellationToken cancellationToken)
    {
        var task = ToolTask.Of(settings.Task);
        return (task.OpenTraining(data, cancellationToken), task.OpenTest(data, cancellationToken));
    }

    /// <summary>Forwards reports, and reports evaluations.</summary>
    private sealed class SliceProgress(IProgress<TrainingReport> progress, Action<TrainingReport> evaluated) : IProgress<TrainingReport>
    {
        public void Report(TrainingReport value)
        {
            progress.Report(value);
            if (value.Kind == ReportKind.Evaluation)
            {
                evaluated(value);
            }
        }
    }

    /// <summary>Processor time of this process per thread: other programs on the machine hardly change it.</summary>
    private sealed class ProcessorTime(int threads) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Environment.CpuUsage.TotalTime.Ticks / threads;
    }
}
