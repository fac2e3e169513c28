using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hrm.Training;

/// <summary>Trains in the background of a host.</summary>
internal sealed class TrainingService(IServiceProvider services, Func<IServiceProvider, TrainingSetup> setup, TrainingServiceOptions options) : BackgroundService
{
    private readonly ILogger _logger = services.GetService<ILogger<TrainingRun>>() ?? NullLogger<TrainingRun>.Instance;
    private readonly string _models = Path.Combine(options.Folder, "models");
    private string? _announced;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var threads = options.Threads > 0 ? options.Threads : get_num_threads();
            await TrainingRun.OnOwnThread(threads, () => Train(stoppingToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped before the first step.
        }
        catch (Exception error)
        {
            _logger.TrainingFailed(error);
            if (options.StopHostOnFailure)
            {
                throw;
            }
        }
    }

    private TrainingOutcome Train(CancellationToken cancellationToken)
    {
        var created = setup(services);
        var device = SolverLoader.DeviceOf(options.Device, "training options");
        using var generator = new Generator((ulong)options.Seed);
        using var model = created.CreateModel(generator);
        model.to(device);
        using var trainer = created.CreateTrainer(model, options.Trainer, generator);
        using var stream = new TrainingStream(created.Dataset, options.Trainer.GlobalBatchSize, options.Stream, device, created.Augmentation);
        using var checkpoints = CheckpointStore.Open(Path.Combine(options.Folder, "checkpoints"), options.KeepCheckpoints);
        using var metrics = new TrainingMetrics(services.GetService<IMeterFactory>());
        HrmFileException.Guard(_models, "could not be opened for models", () =>
        {
            Directory.CreateDirectory(_models);
            StagedFolder.CleanUp(_models);
        });
        var run = new TrainingRun(trainer, stream, options.Run)
        {
            Checkpoints = checkpoints,
            Evaluate = created.Evaluate,
            Logs = [metrics, .. services.GetServices<ITrainingLog>()],
            Logger = _logger,
            Time = services.GetService<TimeProvider>() ?? TimeProvider.System,
            ModelReady = () => SaveModel(trainer, created, cancellationToken),
        };
        run.Resume();
        if (Models(trainer.StepCount).FirstOrDefault() is { } newest)
        {
            Announce(newest, created, cancellationToken);
        }

        return run.Run(cancellationToken: cancellationToken);
    }

    /// <summary>Saves the weights, or their average, as a model, announces it, and deletes older ones.</summary>
    private void SaveModel(HrmTrainer trainer, TrainingSetup created, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_models, CheckpointStore.NameOf(trainer.StepCount));
        if (path == _announced)
        {
            return; // The run resumed at this step.
        }

        try
        {
            using var staged = StagedFolder.Create(path);
            using (trainer.Average?.Apply())
            {
                trainer.Model.Save(staged.Path);
            }

            staged.Commit();
        }
        catch (HrmFileException error)
        {
            _logger.ModelNotSaved(trainer.StepCount, error.Message);
            return;
        }

        Announce(path, created, cancellationToken);
        foreach (var old in Models(trainer.StepCount).Skip(options.KeepModels).Where(old => old != _announced && old != path))
        {
            StagedFolder.Delete(old);
        }
    }

    private void Announce(string path, TrainingSetup created, CancellationToken cancellationToken)
    {
        try
        {
            created.ModelSaved?.Invoke(path, cancellationToken).GetAwaiter().GetResult();
            _announced = path;
            _logger.ModelAnnounced(path);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _logger.AnnouncementFailed(path, error);
        }
    }

    /// <summary>The folders of the models up to a step, the newest first. Later ones are of a training before, whose checkpoints are gone.</summary>
    private string[] Models(long lastStep) => HrmFileException.Guard<string[]>(_models, "could not be read", () =>
    [
        .. Directory.GetDirectories(_models, $"{CheckpointStore.NamePrefix}*")
            .Where(path => CheckpointStore.StepOf(Path.GetFileName(path)) is >= 0 and var step && step <= lastStep)
            .OrderDescending(StringComparer.Ordinal),
    ]);
}

/// <summary>The meter <c>Hrm.Training</c>, updated by the reports of a run.</summary>
internal sealed class TrainingMetrics : ITrainingLog, IDisposable
{
    public const string Name = "Hrm.Training";

    private readonly Meter? _ownMeter;
    private readonly Counter<long> _steps;
    private readonly Gauge<double> _loss;
    private readonly Gauge<double> _exactAccuracy;
    private readonly Gauge<double> _learningRate;
    private readonly Gauge<double> _gradientNorm;
    private readonly Gauge<double> _stepRate;
    private long _step;

    public TrainingMetrics(IMeterFactory? meters)
    {
        // A factory disposes the meters that it created.
        _ownMeter = meters is null ? new Meter(Name) : null;
        var meter = _ownMeter ?? meters!.Create(Name);
        _steps = meter.CreateCounter<long>("hrm.training.steps", "{step}", "Steps taken since the start of the process.");
        _loss = meter.CreateGauge<double>("hrm.training.loss", null, "Mean loss of the tokens per row.");
        _exactAccuracy = meter.CreateGauge<double>("hrm.training.exact_accuracy", "1", "Fraction of puzzles with every token right.");
        _learningRate = meter.CreateGauge<double>("hrm.training.learning_rate", null, "Learning rate of the last step.");
        _gradientNorm = meter.CreateGauge<double>("hrm.training.gradient_norm", null, "Norm of the last gradient before clipping.");
        _stepRate = meter.CreateGauge<double>("hrm.training.step_rate", "{step}/s", "Steps per second since the last report.");
    }

    public void Write(TrainingReport report)
    {
        var kind = new KeyValuePair<string, object?>("kind", report.Kind == ReportKind.Training ? "training" : "evaluation");
        _steps.Add(Math.Max(0, report.Step - _step));
        _step = report.Step;
        if (double.IsFinite(report.Metrics.TokenLoss))
        {
            _loss.Record(report.Metrics.TokenLoss, kind); // An evaluation may have no loss.
        }

        _exactAccuracy.Record(report.Metrics.ExactAccuracy, kind);
        _learningRate.Record(report.LearningRate);
        if (report.Kind == ReportKind.Training)
        {
            _stepRate.Record(report.StepsPerSecond);
            if (report.GradientNorm is { } norm)
            {
                _gradientNorm.Record(norm);
            }
        }
    }

    /// <summary>The steps of earlier processes are not counted again.</summary>
    public void Rewind(long step) => _step = step;

    public void Dispose() => _ownMeter?.Dispose();
}
