using System.Diagnostics;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Samples.PuzzleLab;

/// <summary>One training: steps, reports, evaluations, and the model that is saved at each of them.</summary>
internal sealed class TrainingRun
{
    private const int StepsPerReport = 50;

    private readonly LabSettings _settings;
    private readonly IReadOnlyList<SudokuPuzzle> _test;
    private readonly SudokuShape _shape;
    private readonly InMemoryPuzzleDataset _training;
    private readonly RunFolder _folder;
    private readonly torch.Device _device;
    private readonly IAnsiConsole _console;

    public TrainingRun(
        LabSettings settings,
        IReadOnlyList<SudokuPuzzle> training,
        IReadOnlyList<SudokuPuzzle> test,
        RunFolder folder,
        torch.Device device,
        IAnsiConsole console)
    {
        _settings = settings;
        _test = test;
        _shape = training[0].Shape;
        _training = SudokuFiles.ToDataset(training, _shape);
        _folder = folder;
        _device = device;
        _console = console;
    }

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

        _settings.Trainer.TotalSteps = steps ?? StepPlan.StepsIn(TimeSpan.FromMinutes(minutes!.Value), _settings, Batches(), _device);
        SettingsReader.Check(_settings);
    }

    /// <summary>Trains, and evaluates and saves as often as the settings say and at the end.</summary>
    public void Train(CancellationToken cancellationToken)
    {
        _folder.Create();
        using var log = new MetricsLog(_folder.MetricsPath);
        using var generator = new torch.Generator((ulong)_settings.Seed);
        using var model = new HrmModel(_settings.Model, generator);
        model.to(_device);
        using var trainer = Trainers.Create(_settings, model, generator);
        var total = _settings.Trainer.TotalSteps;
        _console.WriteLine($"{model.parameters().Sum(parameter => parameter.numel()):N0} parameters, {_training.ExampleCount:N0} training puzzles, {_test.Count:N0} test puzzles, {total:N0} steps");

        var clock = Stopwatch.StartNew();
        var sums = default(MetricSums);
        foreach (var batch in Batches().Take((int)Math.Min(total, int.MaxValue)))
        {
            using (batch)
            {
                using var metrics = trainer.Step(batch);
                sums += MetricSums.Read(metrics);
            }

            var isLast = trainer.StepCount == total || cancellationToken.IsCancellationRequested;
            if (trainer.StepCount % StepsPerReport == 0)
            {
                Report(log, trainer.StepCount, clock.Elapsed, sums.Average(StepsPerReport * _settings.Trainer.GlobalBatchSize));
                sums = default;
            }

            if (isLast || trainer.StepCount % Math.Max(1, total / _settings.Evaluations) == 0)
            {
                clock.Stop();
                EvaluateAndSave(trainer, log, clock.Elapsed);
                clock.Start();
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private IEnumerable<PuzzleBatch> Batches()
        => new PuzzleLoader(_training, _settings.Trainer.GlobalBatchSize, _device)
            .TrainingBatches(_settings.EpochsPerIteration, _settings.Seed, new SudokuAugmentation(_shape, _settings.Augmentation));

    private void Report(MetricsLog log, long step, TimeSpan trained, MetricAverages metrics)
    {
        log.Write("train", step, trained, metrics);
        if (step % (StepsPerReport * 4) == 0)
        {
            var left = trained / step * (_settings.Trainer.TotalSteps - step);
            _console.WriteLine(
                $"step {step,6}/{_settings.Trainer.TotalSteps}  {trained:mm\\:ss}  left {left:mm\\:ss}  loss {metrics.TokenLoss:F3}  accuracy {metrics.Accuracy:P1}  exact {metrics.ExactAccuracy:P1}  segments {metrics.Segments:F2}");
        }
    }

    /// <summary>Evaluates and saves the average of the weights where there is one.</summary>
    private void EvaluateAndSave(HrmTrainer trainer, MetricsLog log, TimeSpan trained)
    {
        using var average = trainer.Average?.Apply();
        var result = SudokuEvaluation.Run(trainer.Model, _settings, _test, new FixedHalting(_settings.Trainer.Halting.MaxSegments));
        log.Write("test", trainer.StepCount, trained, result.Averages);
        _console.WriteLine($"after {trainer.StepCount:N0} steps and {trained:hh\\:mm\\:ss} of training, {_settings.Trainer.Halting.MaxSegments} segments:");
        EvaluationReport.Write(_console, _test, result);
        _folder.Save(_settings, trainer.Model);
    }
}
