using System.Diagnostics;
using Hrm.Core;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Tool;

/// <summary>Assembles a training from data, model, trainer, checkpoints and logs, and shows its progress.</summary>
internal sealed class TrainingSession : IDisposable
{
    private readonly RunSettings _settings;
    private readonly ToolTask _task;
    private readonly NamedDataset _training;
    private readonly NamedDataset _test;
    private readonly RunFolder _folder;
    private readonly torch.Device _device;
    private readonly IAnsiConsole _console;
    private HrmFileException? _unsaved;

    /// <summary>Takes the puzzles, which it disposes.</summary>
    public TrainingSession(RunSettings settings, NamedDataset training, NamedDataset test, RunFolder folder, torch.Device device, IAnsiConsole console)
    {
        _settings = settings;
        _task = ToolTask.Of(settings.Task);
        _training = training;
        _test = test;
        _folder = folder;
        _device = device;
        _console = console;
    }

    /// <summary>Receives every report; by default writes lines to the console.</summary>
    public IProgress<TrainingReport>? Progress { get; init; }

    private IExampleAugmentation? Augmentation => _task.CreateAugmentation(_settings, PuzzleSize.Of(_training.Examples));

    /// <summary>Fixes the number of steps.</summary>
    public void Plan(double? minutes, long? steps, long? epochs)
    {
        if ((minutes is null ? 0 : 1) + (steps is null ? 0 : 1) + (epochs is null ? 0 : 1) != 1)
        {
            throw new LabException("expected either --minutes or --steps or --epochs.");
        }

        if (epochs < 1)
        {
            throw new LabException($"--epochs: expected at least 1, got {epochs}.");
        }

        if (minutes is { } time and not (> 0 and < 1e6))
        {
            throw new LabException($"--minutes: expected a number above 0, got {time}.");
        }

        _settings.Trainer.TotalSteps = steps
            ?? (epochs is { } count ? TrainerPresets.StepsOf(_training.Examples, count, _settings.Trainer.GlobalBatchSize) : (long?)null)
            ?? TimedSteps(TimeSpan.FromMinutes(minutes!.Value));
        SettingsReader.Check(_settings);
    }

    /// <summary>Trains from the beginning, in a folder that no other run has used.</summary>
    public TrainingOutcome Start(CancellationToken cancellationToken) => Train(isResumed: false, cancellationToken);

    /// <summary>Continues from the last sound checkpoint.</summary>
    public TrainingOutcome Resume(CancellationToken cancellationToken) => Train(isResumed: true, cancellationToken);

    public void Dispose()
    {
        _training.Dispose();
        _test.Dispose();
    }

    private TrainingOutcome Train(bool isResumed, CancellationToken cancellationToken)
    {
        _folder.Create();
        using var checkpoints = CheckpointStore.Open(_folder.CheckpointsPath, _settings.KeepCheckpoints);
        if (isResumed && checkpoints.Steps.Count > 0)
        {
            Architectures.RequireRoom(_settings, checkpoints.Steps.Select(checkpoints.PathOf));
        }

        using var generator = new torch.Generator((ulong)_settings.Seed);
        using var model = Architectures.Create(_settings.Architecture, _settings.Model, generator);
        if (!isResumed && _settings.InitialWeights.Length > 0)
        {
            using var weights = SafetensorsFile.Open(Path.Combine(_settings.InitialWeights, "model.safetensors"));
            model.LoadWeights(weights);
        }

        model.to(_device);
        using var trainer = new HrmTrainer(model, _settings.Trainer, generator);
        using var stream = CreateStream();
        var json = new JsonLinesLog(_folder.MetricsPath);
        var board = new TensorBoardLog(_folder.TensorBoardPath);
        using var run = new TrainingRun(trainer, stream, RunOptions())
        {
            Checkpoints = checkpoints,
            Evaluate = (_, cancellation) => EvaluateAndSave(trainer, cancellation),
            Logs = [json, board],
            Logger = new ConsoleLogger(_console),
        };
        if (isResumed)
        {
            var restored = run.Resume() ?? throw new LabException($"--resume: {_folder.CheckpointsPath} has no checkpoint; start the run again.");
            if (restored.Step > 0 && restored.State.EvaluatedStep == restored.Step)
            {
                // No evaluation follows that would do it, and it may have failed before.
                using var average = trainer.Average?.Apply();
                Export(model);
            }
        }

        RequireUnused(isResumed, checkpoints);
        _folder.Save(_settings);
        _console.WriteLine($"{model.parameters().Sum(parameter => parameter.numel()):N0} parameters, {Words.Count(_training.Examples.ExampleCount, "training example")}, {Words.Count(_test.Examples.ExampleCount, "test example")}, {Words.Count(_settings.Trainer.TotalSteps, "step")}");
        var outcome = run.Run(Progress ?? new ConsoleProgress(_console), cancellationToken);
        return _unsaved is null ? outcome : throw _unsaved;
    }

    private void RequireUnused(bool isResumed, CheckpointStore checkpoints)
    {
        if (!isResumed && checkpoints.Steps.Count > 0)
        {
            throw new LabException($"--output: {_folder.Path} holds a run that was at step {checkpoints.Steps[0]:N0}; resume it with --resume {_folder.Path}, or choose another folder.");
        }
    }

    private long TimedSteps(TimeSpan time)
    {
        using var batches = CreateStream();
        return StepPlan.StepsIn(time, _settings, batches, _device);
    }

    private TrainingStream CreateStream() => new(_training.Examples, _settings.Trainer.GlobalBatchSize, StreamOptions(), _device, Augmentation);

    private TrainingStreamOptions StreamOptions() => new()
    {
        EpochsPerIteration = _settings.EpochsPerIteration,
        Seed = _settings.Seed,
        PrefetchBatches = _settings.PrefetchBatches,
    };

    private TrainingRunOptions RunOptions() => new()
    {
        ReportInterval = _settings.Run.ReportInterval,
        EvaluationInterval = _settings.Run.EvaluationInterval > 0
            ? _settings.Run.EvaluationInterval
            : Math.Max(1, _settings.Trainer.TotalSteps / _settings.Evaluations),
        CheckpointInterval = _settings.Run.CheckpointInterval,
        Patience = _settings.Run.Patience,
        StopAtTrainingAccuracy = _settings.Run.StopAtTrainingAccuracy,
        MaxRollbacks = _settings.Run.MaxRollbacks,
    };

    /// <summary>Called with the average of the weights in the model where there is one, and saves that.</summary>
    private MetricAverages EvaluateAndSave(HrmTrainer trainer, CancellationToken cancellationToken)
    {
        var segments = _settings.Trainer.Halting.MaxSegments;
        var report = _task.CreateReport(_test);
        var averages = RunEvaluation.Run(trainer.Model, _settings, _test, halting: null, report, cancellationToken);
        _console.WriteLine($"after {Words.Count(trainer.StepCount, "step")}, {Words.Count(segments, "segment")}:");
        report.Write(_console, averages);
        Export(trainer.Model, trainer.StepCount < _settings.Trainer.TotalSteps ? "; training continues" : string.Empty);
        return averages;
    }

    /// <summary>Saves the model as evaluated.</summary>
    private void Export(HrmModel model, string outlook = "")
    {
        try
        {
            model.Save(_folder.Path);
            _unsaved = null;
        }
        catch (HrmFileException error)
        {
            // A disk that is full now may have room after the next evaluation; without that it is an error at the end.
            CommandLine.Errors.MarkupLineInterpolated($"[yellow]{error.Message}{outlook}[/]");
            _unsaved = error;
        }
    }
}

/// <summary>The one evaluation that training and <c>evaluate</c> share, so that they print the same numbers.</summary>
internal static class RunEvaluation
{
    public static MetricAverages Run(HrmModel model, RunSettings settings, NamedDataset test, IHaltingPolicy? halting, TaskReport report, CancellationToken cancellationToken = default)
        => new Evaluator(model, settings.Trainer.Halting.MaxSegments, halting, HrmTrainer.CreateLoss(settings.Trainer), settings.EvaluationBatchSize)
            .Evaluate(test.Examples, report.Add, null, cancellationToken);
}

/// <summary>
/// Turns a training time into a number of steps, once, before the run: the schedule counts steps, so that a run can be
/// repeated; the clock never enters it.
/// </summary>
internal static class StepPlan
{
    private const int WarmupSteps = 15;
    private const int TimedSteps = 25;

    /// <summary>Times a few steps of a throw-away model on the same data.</summary>
    public static long StepsIn(TimeSpan time, RunSettings settings, IEnumerable<PuzzleBatch> batches, torch.Device device)
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
