using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Samples.PuzzleLab;

/// <summary>Puts a training on Sudokus together: data, model, trainer, checkpoints, logs; and shows how it goes.</summary>
internal sealed class SudokuTraining
{
    private readonly LabSettings _settings;
    private readonly IReadOnlyList<SudokuPuzzle> _test;
    private readonly SudokuShape _shape;
    private readonly InMemoryPuzzleDataset _training;
    private readonly RunFolder _folder;
    private readonly torch.Device _device;
    private readonly IAnsiConsole _console;
    private HrmFileException? _unsaved;

    public SudokuTraining(LabSettings settings, RunFolder folder, torch.Device device, IAnsiConsole console)
    {
        _settings = settings;
        _shape = SudokuFiles.ShapeOf(settings.Data.Side);
        _training = SudokuFiles.ToDataset(SudokuFiles.Read(settings.Data.Train, _shape), _shape);
        _test = SudokuFiles.Read(settings.Data.Test, _shape);
        _folder = folder;
        _device = device;
        _console = console;
    }

    private SudokuAugmentation Augmentation => new(_shape, _settings.Augmentation);

    /// <summary>Fixes the number of steps.</summary>
    public void Plan(double? minutes, long? steps)
    {
        if (minutes is null == steps is null)
        {
            throw new LabException("expected either --minutes or --steps.");
        }

        if (minutes is { } time and not (> 0 and < 1e6))
        {
            throw new LabException($"--minutes: expected a number above 0, got {time}.");
        }

        _settings.Trainer.TotalSteps = steps ?? StepPlan.StepsIn(TimeSpan.FromMinutes(minutes!.Value), _settings, ThrowAwayBatches(), _device);
        SettingsReader.Check(_settings);
    }

    /// <summary>Trains from the beginning, in a folder that no other run has used.</summary>
    public TrainingOutcome Start(CancellationToken cancellationToken) => Train(isResumed: false, cancellationToken);

    /// <summary>Goes on from the last sound checkpoint.</summary>
    public TrainingOutcome Resume(CancellationToken cancellationToken) => Train(isResumed: true, cancellationToken);

    private TrainingOutcome Train(bool isResumed, CancellationToken cancellationToken)
    {
        _folder.Create();
        using var checkpoints = CheckpointStore.Open(_folder.CheckpointsPath, _settings.KeepCheckpoints);
        using var generator = new torch.Generator((ulong)_settings.Seed);
        using var model = new HrmModel(_settings.Model, generator);
        model.to(_device);
        using var trainer = Trainers.Create(_settings, model, generator);
        using var stream = new TrainingStream(_training, _settings.Trainer.GlobalBatchSize, StreamOptions(), _device, Augmentation);
        var json = new JsonLinesLog(_folder.MetricsPath);
        var board = new TensorBoardLog(_folder.TensorBoardPath);
        using var run = new TrainingRun(trainer, stream, RunOptions())
        {
            Checkpoints = checkpoints,
            Evaluate = (_, cancellation) => EvaluateAndSave(trainer, cancellation),
            Logs = [json, board],
            Logger = new ConsoleLogger(_console),
        };
        if (isResumed && run.Resume() is null)
        {
            throw new LabException($"--resume: {_folder.CheckpointsPath} has no checkpoint; start the run again.");
        }

        RequireUnused(isResumed, checkpoints);
        _folder.Save(_settings);
        _console.WriteLine($"{model.parameters().Sum(parameter => parameter.numel()):N0} parameters, {_training.ExampleCount:N0} training puzzles, {_test.Count:N0} test puzzles, {_settings.Trainer.TotalSteps:N0} steps");
        var outcome = run.Run(new ConsoleProgress(_console), cancellationToken);
        return _unsaved is null ? outcome : throw _unsaved;
    }

    private void RequireUnused(bool isResumed, CheckpointStore checkpoints)
    {
        if (!isResumed && checkpoints.Steps.Count > 0)
        {
            throw new LabException($"--output: {_folder.Path} holds a run that was at step {checkpoints.Steps[0]:N0}; go on with --resume {_folder.Path}, or take another folder.");
        }
    }

    private IEnumerable<PuzzleBatch> ThrowAwayBatches()
        => new PuzzleLoader(_training, _settings.Trainer.GlobalBatchSize, _device)
            .TrainingBatches(_settings.EpochsPerIteration, _settings.Seed, Augmentation);

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
        var result = SudokuEvaluation.Run(trainer.Model, _settings, _test, new FixedHalting(segments), cancellationToken);
        _console.WriteLine($"after {trainer.StepCount:N0} steps, {segments} segments:");
        EvaluationReport.Write(_console, _test, result);
        try
        {
            trainer.Model.Save(_folder.Path);
            _unsaved = null;
        }
        catch (HrmFileException error)
        {
            // A disk that is full now may have room after the next evaluation; without that it is an error at the end.
            _console.MarkupLineInterpolated($"[yellow]{error.Message}; training goes on[/]");
            _unsaved = error;
        }

        return result.Averages;
    }
}
