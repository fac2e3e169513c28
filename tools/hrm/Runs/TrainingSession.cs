using Hrm.Core;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Tool;

/// <summary>Trains a run: assembles data, model, trainer, checkpoints and logs, and shows the progress. Disposes the datasets.</summary>
internal sealed class TrainingSession(RunSettings settings, NamedDataset training, NamedDataset test, RunFolder folder, torch.Device device, IAnsiConsole console) : IDisposable
{
    private const int WarmupSteps = 15;
    private const int TimedSteps = 25;
    private const string All = "all";

    private readonly ToolTask _task = ToolTask.Of(settings.Task);
    private HrmFileException? _unsaved;

    /// <summary>The console of progress and logs; by default that of the evaluations.</summary>
    public IAnsiConsole? Messages { get; init; }

    /// <summary>Receives every report; by default writes lines to <see cref="Messages"/>.</summary>
    public IProgress<TrainingReport>? Progress { get; init; }

    /// <summary>The modules of the model, if it has its own.</summary>
    public OwnModules? Modules { get; init; }

    /// <summary>Evaluates the model; by default on the test puzzles with the segments of the training, and writes the report to the console.</summary>
    public Func<HrmModel, CancellationToken, MetricAverages>? Evaluate { get; init; }

    /// <summary>The clock of the training time.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Sets the number of steps.</summary>
    public void Plan(double? minutes, long? steps, long? epochs)
    {
        if (((object?[])[minutes, steps, epochs]).Count(length => length is not null) != 1)
        {
            throw new UsageException("expected either --minutes or --steps or --epochs.");
        }

        if (epochs < 1)
        {
            throw new UsageException($"--epochs: expected at least 1, got {epochs}.");
        }

        if (minutes is { } time and not (> 0 and < 1e6))
        {
            throw new UsageException($"--minutes: expected a number above 0, got {time}.");
        }

        settings.Trainer.TotalSteps = steps
            ?? (epochs is { } count ? TrainerPresets.StepsOf(training.Examples, count, settings.Trainer.GlobalBatchSize) : (long?)null)
            ?? Math.Max(1, (long)(TimeSpan.FromMinutes(minutes!.Value) / MeasureStep()));
        SettingsReader.Check(settings);
    }

    /// <summary>
    /// Measures the time per step on a temporary model. Measured once, it converts a training time to a number of steps: the schedule counts
    /// steps, so a run can be repeated.
    /// </summary>
    public TimeSpan MeasureStep()
    {
        using var batches = CreateStream();
        using var generator = new torch.Generator((ulong)settings.Seed);
        using var model = Create(settings.Model, generator);
        Prepare(model);
        using var trainer = new HrmTrainer(model, settings.Trainer, generator);
        var start = 0L;
        foreach (var batch in batches.Take(WarmupSteps + TimedSteps))
        {
            trainer.Step(batch);
            if (trainer.StepCount is WarmupSteps or WarmupSteps + TimedSteps)
            {
                // Reading the metrics waits until the device has finished the steps.
                trainer.TakeMetrics();
            }

            if (trainer.StepCount == WarmupSteps)
            {
                start = Time.GetTimestamp();
            }
        }

        return Time.GetElapsedTime(start) / TimedSteps;
    }

    /// <summary>Trains from the beginning, in a folder that no other run has used.</summary>
    public TrainingOutcome Start(CancellationToken cancellationToken) => Train(isResumed: false, cancellationToken);

    /// <summary>Resumes from the last valid checkpoint.</summary>
    public TrainingOutcome Resume(CancellationToken cancellationToken) => Train(isResumed: true, cancellationToken);

    public void Dispose()
    {
        training.Dispose();
        test.Dispose();
    }

    private TrainingOutcome Train(bool isResumed, CancellationToken cancellationToken)
    {
        var messages = Messages ?? console;
        Directory.CreateDirectory(folder.Path);
        using var checkpoints = CheckpointStore.Open(folder.CheckpointsPath, settings.KeepCheckpoints);
        if (isResumed && checkpoints.Steps.Count > 0 && Modules is null)
        {
            Architectures.RequireRoom(settings, checkpoints.Steps.Select(checkpoints.PathOf));
        }

        using var generator = new torch.Generator((ulong)settings.Seed);
        using var model = isResumed || settings.InitialWeights.Length == 0 ? Create(settings.Model, generator) : CreateInitialized(generator);
        Prepare(model);
        using var trainer = new HrmTrainer(model, settings.Trainer, generator);
        using var stream = CreateStream();
        var json = new JsonLinesLog(folder.MetricsPath);
        var board = new TensorBoardLog(folder.TensorBoardPath);
        var run = new TrainingRun(trainer, stream, RunOptions())
        {
            Checkpoints = checkpoints,
            Evaluate = (_, cancellation) => EvaluateAndSave(trainer, cancellation),
            Logs = [json, board],
            Logger = new ConsoleLogger(messages),
            Time = Time,
        };
        if (isResumed)
        {
            var restored = run.Resume() ?? throw new UsageException($"--resume: {folder.CheckpointsPath} has no checkpoint; start the run again.");
            if (restored.Step > 0 && restored.EvaluatedStep == restored.Step)
            {
                // The export may have failed before, and no evaluation follows that would repeat it.
                using var average = trainer.Average?.Apply();
                Export(model);
            }
        }
        else if (checkpoints.Steps.Count > 0)
        {
            throw new UsageException($"--output: {folder.Path} holds a run that was at step {checkpoints.Steps[0]:N0}; resume it with --resume {folder.Path}, or choose another folder.");
        }

        folder.Save(settings);
        messages.WriteLine($"{model.parameters().Sum(parameter => parameter.numel()):N0} parameters, {Words.Count(training.Examples.ExampleCount, "training example")}, {Words.Count(test.Examples.ExampleCount, "test example")}, {Words.Count(settings.Trainer.TotalSteps, "step")}, {Words.Count(trainer.Replicas, "replica")}");
        var outcome = run.Run(Progress ?? new ConsoleProgress(messages), cancellationToken);
        return _unsaved is null ? outcome : throw _unsaved;
    }

    private HrmModel Create(HrmConfig config, torch.Generator generator)
        => Modules?.Create(config, generator) ?? Architectures.Create(settings.Architecture, config, generator);

    /// <summary>Creates the model with the initial weights, and with new rows in its puzzle table if the settings say so.</summary>
    private HrmModel CreateInitialized(torch.Generator generator)
    {
        using var weights = ModelSource.Open(settings.InitialWeights, Modules).OpenWeights(settings.Model.SequenceLength);
        var table = settings.NewIds ? weights.Names.FirstOrDefault(name => name.EndsWith("puzzle_emb.weights", StringComparison.Ordinal)) : null;
        var config = table is null ? settings.Model : settings.Model with { PuzzleIdCount = (int)Math.Min(weights.GetEntry(table).Shape[0], int.MaxValue) };
        if (Modules is null)
        {
            Architectures.RequireRoom(settings.Architecture, config, weights);
        }

        var model = Create(config, generator);
        try
        {
            model.LoadWeights(weights);
            if (table is null)
            {
                return model;
            }

            using (model)
            {
                return model.WithPuzzleIds(settings.Model.PuzzleIdCount, kept: 0, _ => Create(settings.Model, generator));
            }
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Moves the model to its device, and freezes parameters.</summary>
    private void Prepare(HrmModel model)
    {
        model.to(device);
        var parameters = model.named_parameters().ToArray();
        foreach (var frozen in settings.Frozen ?? [])
        {
            var found = Array.FindAll(parameters, entry => frozen == All || entry.name.StartsWith(frozen, StringComparison.Ordinal));
            if (found.Length == 0)
            {
                throw new UsageException($"--freeze: expected {All} or the beginning of a parameter's name ({string.Join(", ", parameters.Select(entry => entry.name.Split('.')[0]).Distinct())}), got '{frozen}'.");
            }

            Array.ForEach(found, entry => entry.parameter.requires_grad = false);
        }

        if (model.PuzzleEmbedding is null && !Array.Exists(parameters, entry => entry.parameter.requires_grad))
        {
            throw new UsageException("--freeze: expected a parameter or a puzzle embedding to train, got a model of which all is frozen.");
        }
    }

    private TrainingStream CreateStream()
    {
        var options = new TrainingStreamOptions { EpochsPerIteration = settings.EpochsPerIteration, Seed = settings.Seed, PrefetchBatches = settings.PrefetchBatches };
        var augmentation = _task.CreateAugmentation(settings, PuzzleSize.Of(training.Examples));
        return new TrainingStream(training.Examples, settings.Trainer.GlobalBatchSize, options, device, augmentation);
    }

    private TrainingRunOptions RunOptions() => new()
    {
        ReportInterval = settings.Run.ReportInterval,
        EvaluationInterval = settings.Run.EvaluationInterval > 0
            ? settings.Run.EvaluationInterval
            : Math.Max(1, settings.Trainer.TotalSteps / settings.Evaluations),
        CheckpointInterval = settings.Run.CheckpointInterval,
        CheckpointTime = settings.Run.CheckpointTime,
        Patience = settings.Run.Patience,
        StopAtTrainingAccuracy = settings.Run.StopAtTrainingAccuracy,
        MaxRollbacks = settings.Run.MaxRollbacks,
    };

    /// <summary>Evaluates and saves the model, which holds the average of its weights if the trainer keeps one.</summary>
    private MetricAverages EvaluateAndSave(HrmTrainer trainer, CancellationToken cancellationToken)
    {
        var averages = Evaluate?.Invoke(trainer.Model, cancellationToken) ?? EvaluateOnTest(trainer, cancellationToken);
        Export(trainer.Model, trainer.StepCount < settings.Trainer.TotalSteps ? "; training continues" : string.Empty);
        return averages;
    }

    private MetricAverages EvaluateOnTest(HrmTrainer trainer, CancellationToken cancellationToken)
    {
        var report = _task.CreateReport(test);
        var averages = RunEvaluation.Run(trainer.Model, settings, test, halting: null, report, cancellationToken);
        console.WriteLine($"after {Words.Count(trainer.StepCount, "step")}, {Words.Count(settings.Trainer.Halting.MaxSegments, "segment")}:");
        report.Write(console, averages);
        return averages;
    }

    /// <summary>Saves the model as evaluated.</summary>
    private void Export(HrmModel model, string outlook = "")
    {
        try
        {
            model.Save(folder.Path);
            _unsaved = null;
        }
        catch (HrmFileException error)
        {
            // A full disk may have room after the next evaluation; after the last one it is an error.
            CommandLine.Warn($"{error.Message}{outlook}");
            _unsaved = error;
        }
    }
}

/// <summary>The one evaluation that training and <c>evaluate</c> share, so that both print the same numbers.</summary>
internal static class RunEvaluation
{
    public static MetricAverages Run(HrmModel model, RunSettings settings, NamedDataset test, IHaltingPolicy? halting, TaskReport report, CancellationToken cancellationToken = default)
        => new Evaluator(model, settings.Trainer.Halting.MaxSegments, halting, HrmTrainer.CreateLoss(settings.Trainer), settings.EvaluationBatchSize)
            .Evaluate(test.Examples, report.Add, null, cancellationToken);
}
