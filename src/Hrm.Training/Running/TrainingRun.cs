using System.Runtime.ExceptionServices;
using Hrm.Layers.Kernels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hrm.Training;

/// <summary>
/// An unattended training: reports, evaluates, saves checkpoints, resumes from them, stops early or when cancelled, and
/// diagnoses a loss or gradient that is not finite.
/// </summary>
/// <remarks>
/// Every decision depends on counts that a checkpoint stores, so a resumed run does what the uninterrupted one would have
/// done. Only <see cref="TrainingRunOptions.CheckpointTime"/> depends on the clock, and it changes no result. The caller owns
/// trainer, stream, checkpoints and logs. Not safe for concurrent use.
/// </remarks>
/// <example><code>
/// using var checkpoints = CheckpointStore.Open("runs/first/checkpoints");
/// var run = new TrainingRun(trainer, stream, new TrainingRunOptions()) { Checkpoints = checkpoints };
/// run.Resume();
/// var outcome = run.Run(cancellationToken: cancellation.Token);
/// </code></example>
public sealed class TrainingRun
{
    /// <summary>The smallest ratio of the time between checkpoints by time to the time of saving one.</summary>
    private const int TimePerSave = 20;

    private readonly HrmTrainer _trainer;
    private readonly TrainingStream _stream;
    private readonly TrainingRunOptions _options;
    private TrainingRunState _state = new();
    private (long Step, long EvaluatedStep)? _saved;
    private long _lastSave; // timestamp
    private TimeSpan _saveTime; // of the last save

    /// <summary>Creates a run at its beginning.</summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="stream">The source of the batches.</param>
    /// <param name="options">Intervals and limits.</param>
    /// <exception cref="InvalidConfigException">The options have invalid fields, all of which are listed; or the stream has another batch size than the trainer.</exception>
    /// <exception cref="ShapeMismatchException">The dataset of the stream has more puzzle ids than the model.</exception>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    public TrainingRun(HrmTrainer trainer, TrainingStream stream, TrainingRunOptions options)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(stream);
        InvalidConfigException.ThrowIfInvalid("training run options", options);
        BatchReader.RequireIds(stream.Dataset, trainer.Model.Config);

        if (options.MaxRollbacks > 0 && trainer.Options.FiniteCheckInterval != 1)
        {
            // With rarer checks, the batch at which it is noticed need not be the one that caused it.
            throw new InvalidConfigException("training run options", [$"MaxRollbacks: expected 0 if FiniteCheckInterval is not 1, got {options.MaxRollbacks}"]);
        }

        if (stream.BatchSize != trainer.Options.GlobalBatchSize)
        {
            throw new InvalidConfigException("trainer options", [$"GlobalBatchSize: expected {stream.BatchSize}, the batch size of the stream, got {trainer.Options.GlobalBatchSize}"]);
        }

        var (rank, worldSize) = (trainer.Group?.Rank ?? 0, trainer.Group?.WorldSize ?? 1);
        if ((stream.Options.Rank, stream.Options.WorldSize) != (rank, worldSize))
        {
            throw new InvalidConfigException(
                "training stream options",
                [$"Rank, WorldSize: expected {rank}, {worldSize} of the trainer's process group, got {stream.Options.Rank}, {stream.Options.WorldSize}"]);
        }

        using var use = trainer.Use();
        _trainer = trainer;
        _stream = stream;
        _options = options;
        trainer.SetSums(default, steps: 0);
    }

    /// <summary>The store of checkpoints; <see langword="null"/> for none.</summary>
    public CheckpointStore? Checkpoints { get; init; }

    /// <summary>
    /// Evaluates the model, with the average of its weights if the trainer has one. Early stopping and the best checkpoint
    /// depend on its exact accuracy.
    /// </summary>
    public Func<HrmModel, CancellationToken, MetricAverages>? Evaluate { get; init; }

    /// <summary>The logs that store the reports.</summary>
    public IReadOnlyList<ITrainingLog> Logs { get; init; } = [];

    /// <summary>The logger of events and errors.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The clock of the times in reports and of <see cref="TrainingRunOptions.CheckpointTime"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Called when the weights are worth a model: after each evaluation that is the best so far; or without evaluations at each
    /// checkpoint by steps, and at the end.
    /// </summary>
    internal Action? ModelReady { get; init; }

    /// <summary>Resumes from the newest undamaged checkpoint, if there is any.</summary>
    /// <returns>The checkpoint; <see langword="null"/> if there is none.</returns>
    /// <exception cref="HrmFormatException">All checkpoints are damaged, or the newest is of another model or trainer.</exception>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    public RestoredCheckpoint? Resume()
    {
        if (Restore() is not { } restored)
        {
            return null;
        }

        foreach (var difference in restored.Differences)
        {
            Logger.SettingDiffers(difference);
        }

        ContinueFrom(restored.State);
        Logger.Resumed(restored.Step, restored.Path);
        return restored;
    }

    /// <summary>Trains until all steps are taken, an early stop, or cancellation.</summary>
    /// <param name="progress">Receives every report, on the thread of the training.</param>
    /// <param name="cancellationToken">Stops after the present step, with a checkpoint; the run can be resumed.</param>
    /// <returns>The reason and the results.</returns>
    /// <exception cref="TrainingDivergedException">Loss or gradient is not finite, and no rollback is left.</exception>
    /// <exception cref="HrmFileException">The last checkpoint could not be saved; the earlier ones are unchanged.</exception>
    /// <exception cref="HrmFormatException">The store has checkpoints of another training: resume that, or use another folder.</exception>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    public TrainingOutcome Run(IProgress<TrainingReport>? progress = null, CancellationToken cancellationToken = default)
    {
        _trainer.Use().Dispose();
        RequireOwnCheckpoints();
        _lastSave = Time.GetTimestamp();
        var isCancelled = false;
        while (true)
        {
            try
            {
                if (isCancelled)
                {
                    return Finish(StopReason.Cancelled);
                }

                Report(progress);
                EvaluateModel(progress, cancellationToken);
                if (IsCheckpointDue())
                {
                    TrySave();
                }

                var reason = FindReasonToStop();
                if (ModelReady is not null && IsModelReady(reason))
                {
                    _trainer.RequireFiniteWeights();
                    ModelReady();
                }

                if (reason is not null)
                {
                    return Finish(reason.Value);
                }

                if (IsCheckpointOverdue())
                {
                    TrySave(isByTime: true);
                }

                TakeStep(cancellationToken);
            }
            catch (TrainingDivergedException exception)
            {
                RollBack(exception);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                isCancelled = true;
            }
        }
    }

    /// <summary>Runs <see cref="Run"/> on a thread of its own, with the caller's number of libtorch's threads: the same outcome, bit for bit.</summary>
    /// <inheritdoc cref="Run"/>
    public Task<TrainingOutcome> RunAsync(IProgress<TrainingReport>? progress = null, CancellationToken cancellationToken = default)
        => OnOwnThread(get_num_threads(), () => Run(progress, cancellationToken));

    /// <summary>Runs work on a new thread, on which libtorch uses a number of threads.</summary>
    internal static Task<T> OnOwnThread<T>(int threads, Func<T> work) => Task.Factory.StartNew(
        () =>
        {
            KernelThreads.Use(threads);
            try
            {
                return work();
            }
            finally
            {
                BackwardMemory.FreeReturned();
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private void RequireOwnCheckpoints()
    {
        if (_saved is not null)
        {
            return;
        }

        if (Checkpoints is { Steps.Count: > 0 })
        {
            throw new HrmFormatException("expected no checkpoints of an earlier training; resume it, or use another folder", Checkpoints.Folder);
        }

        WriteLogs(log => log.Rewind(_trainer.StepCount));
    }

    private void TakeStep(CancellationToken cancellationToken)
    {
        var batch = _stream.Next(cancellationToken);
        var start = Time.GetTimestamp();
        try
        {
            _trainer.Step(batch);
        }
        catch (TrainingDivergedException exception)
        {
            throw new TrainingDivergedException(exception.Details with
            {
                Position = _stream.Current!.Position,
                Examples = [.. _stream.Current.Examples.Select(example => example.Example)],
            });
        }

        _state = _state with { Trained = _state.Trained + Time.GetElapsedTime(start) };
    }

    private void Report(IProgress<TrainingReport>? progress)
    {
        var step = _trainer.StepCount;
        if (_trainer.SummedSteps == 0 || (step % _options.ReportInterval != 0 && step < _trainer.Options.TotalSteps))
        {
            return;
        }

        RequireFiniteLosses();
        var seconds = (_state.Trained - _state.Reported).TotalSeconds;
        var stepsPerSecond = seconds > 0 ? _trainer.SummedSteps / seconds : 0;
        var metrics = _trainer.TakeMetrics();
        _state = _state with { Reported = _state.Trained, TrainingExactAccuracy = metrics.ExactAccuracy };
        Publish(progress, Create(ReportKind.Training, metrics) with
        {
            StepsPerSecond = stepsPerSecond,
            SegmentsPerSecond = stepsPerSecond * _stream.BatchSize,
            GradientNorm = _trainer.GradientNorm,
        });
    }

    private void EvaluateModel(IProgress<TrainingReport>? progress, CancellationToken cancellationToken)
    {
        var step = _trainer.StepCount;
        if (Evaluate is null || _options.EvaluationInterval == 0 || _state.EvaluatedStep == step
            || (step % _options.EvaluationInterval != 0 && FindReasonToStop() is null))
        {
            return;
        }

        MetricAverages metrics;
        using var use = _trainer.Use();
        using (_trainer.Average?.Apply())
        {
            metrics = Evaluate(_trainer.Model, cancellationToken);
        }

        var isBest = _state.BestExactAccuracy is not { } best || metrics.ExactAccuracy > best;
        _state = _state with
        {
            EvaluatedStep = step,
            BestExactAccuracy = isBest ? metrics.ExactAccuracy : _state.BestExactAccuracy,
            BestStep = isBest ? step : _state.BestStep,
            EvaluationsSinceBest = isBest ? 0 : _state.EvaluationsSinceBest + 1,
        };
        Publish(progress, Create(ReportKind.Evaluation, metrics));
    }

    private bool IsCheckpointDue()
        => _trainer.StepCount % _options.CheckpointInterval == 0 || (_state.EvaluatedStep == _trainer.StepCount && _trainer.StepCount > 0);

    private bool IsCheckpointOverdue()
        => _options.CheckpointTime > TimeSpan.Zero
        && _trainer.Group is null
        && Time.GetElapsedTime(_lastSave) is var elapsed
        && elapsed >= _options.CheckpointTime
        && elapsed >= TimePerSave * _saveTime;

    private bool IsModelReady(StopReason? reason) => Evaluate is not null && _options.EvaluationInterval > 0
        ? _state.BestExactAccuracy is not null && _state.BestStep == _trainer.StepCount
        : _trainer.StepCount > 0 && (reason is not null || _trainer.StepCount % _options.CheckpointInterval == 0);

    private StopReason? FindReasonToStop()
    {
        if (_trainer.StepCount >= _trainer.Options.TotalSteps)
        {
            return StopReason.Completed;
        }

        if (_options.Patience > 0 && _state.EvaluationsSinceBest >= _options.Patience)
        {
            return StopReason.NoBetterEvaluation;
        }

        return _options.StopAtTrainingAccuracy > 0 && _state.TrainingExactAccuracy >= _options.StopAtTrainingAccuracy
            ? StopReason.TrainingAccuracyReached
            : null;
    }

    private TrainingOutcome Finish(StopReason reason)
    {
        Save();
        Logger.Stopped(_trainer.StepCount, reason);
        return new TrainingOutcome(reason, _trainer.StepCount, _state.Trained, _state.BestExactAccuracy, _state.BestStep);
    }

    /// <summary>Logs a failure instead of stopping: a disk that is full now may have room at the next checkpoint.</summary>
    private void TrySave(bool isByTime = false)
    {
        try
        {
            Save(isByTime);
        }
        catch (HrmFileException exception)
        {
            Logger.CheckpointFailed(_trainer.StepCount, exception.Message);
        }
    }

    private void Save(bool isByTime = false)
    {
        var present = (_trainer.StepCount, _state.EvaluatedStep);
        if (Checkpoints is null || _saved == present)
        {
            return;
        }

        RequireFiniteLosses();
        _trainer.RequireFiniteWeights();
        var best = _state.BestExactAccuracy is not null && _state.BestStep == _trainer.StepCount ? _trainer.StepCount : _state.BestCheckpoint;
        var state = _state with { BestCheckpoint = best, TimedCheckpoint = isByTime && !IsCheckpointDue() ? _trainer.StepCount : null, Options = _options };
        var start = Time.GetTimestamp();
        try
        {
            Checkpoints.Save(_trainer, state, _stream, replaced: _state.TimedCheckpoint);
        }
        finally
        {
            _lastSave = Time.GetTimestamp();
            _saveTime = Time.GetElapsedTime(start, _lastSave);
        }

        (_state, _saved) = (state, present);
        Logger.CheckpointSaved(_trainer.StepCount);
    }

    /// <summary>Checks the losses before they are reported or saved: the trainer may check them only every few steps.</summary>
    private void RequireFiniteLosses()
    {
        var sums = _trainer.Sums;
        if (!sums.HasFiniteLosses)
        {
            throw new TrainingDivergedException(_trainer.Diagnose(sums));
        }
    }

    /// <summary>After a divergence, continues from the last checkpoint and skips the incoming batch, if the options allow it.</summary>
    private void RollBack(TrainingDivergedException exception)
    {
        var report = exception.Details;
        Logger.Diverged(report);
        var rollbacks = _state.Rollbacks + 1;
        var skipped = _stream.Skipped.ToHashSet();
        if (report.Position is not { } position || rollbacks > _options.MaxRollbacks || Restore() is not { } restored)
        {
            ExceptionDispatchInfo.Throw(exception);
            return;
        }

        _stream.Seek(_stream.Position, skipped.Append(position));
        ContinueFrom(restored.State with { Rollbacks = rollbacks });
        Logger.RolledBack(report.Step, restored.Step, _options.MaxRollbacks - rollbacks);
    }

    private RestoredCheckpoint? Restore()
    {
        var restored = Checkpoints?.Restore(_trainer, _stream);
        foreach (var problem in restored?.Damaged ?? [])
        {
            Logger.DamagedCheckpoint(problem);
        }

        return restored;
    }

    private void ContinueFrom(TrainingRunState state)
    {
        _state = state;
        _saved = (_trainer.StepCount, state.EvaluatedStep);
        WriteLogs(log => log.Rewind(_trainer.StepCount));
    }

    private TrainingReport Create(ReportKind kind, MetricAverages metrics) => new(
        kind,
        _trainer.StepCount,
        _trainer.Options.TotalSteps,
        _state.Trained,
        metrics,
        _trainer.LearningRateAt(_trainer.StepCount));

    private void Publish(IProgress<TrainingReport>? progress, TrainingReport report)
    {
        Logger.Reported(report.Kind, report.Step, report.TotalSteps, report.Metrics.TokenLoss, report.Metrics.ExactAccuracy, report.Metrics.Segments);
        WriteLogs(log => log.Write(report));
        progress?.Report(report);
    }

    private void WriteLogs(Action<ITrainingLog> change)
    {
        foreach (var log in Logs)
        {
            try
            {
                change(log);
            }
            catch (HrmException exception)
            {
                Logger.ReportLost(exception.Message);
            }
        }
    }
}

/// <summary>The reason why a training run stopped.</summary>
public enum StopReason
{
    /// <summary>All steps were taken.</summary>
    Completed,

    /// <summary>It was cancelled; there is a checkpoint of the last step.</summary>
    Cancelled,

    /// <summary>Too many evaluations in a row gave no better exact accuracy.</summary>
    NoBetterEvaluation,

    /// <summary>The training puzzles reached the accuracy of the options.</summary>
    TrainingAccuracyReached,
}

/// <summary>The result of a training run.</summary>
/// <param name="Reason">The reason why it stopped.</param>
/// <param name="Step">The total number of steps taken.</param>
/// <param name="Trained">The time spent in training steps, earlier sessions included.</param>
/// <param name="BestExactAccuracy">The best exact accuracy in evaluation, or <see langword="null"/> without one.</param>
/// <param name="BestStep">Its step. Its checkpoint is kept, if it could be saved: <see cref="CheckpointStore.PathOf"/>.</param>
public sealed record TrainingOutcome(StopReason Reason, long Step, TimeSpan Trained, double? BestExactAccuracy, long BestStep);
