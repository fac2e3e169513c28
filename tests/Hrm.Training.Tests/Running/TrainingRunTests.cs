using Hrm.Core;
using Hrm.TestKit;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class TrainingRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLogger _logger = new();
    private readonly SmallTraining _training = new();
    private readonly CheckpointStore _checkpoints;

    public TrainingRunTests() => _checkpoints = CheckpointStore.Open(_folder["c"]);

    public void Dispose()
    {
        _checkpoints.Dispose();
        _training.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Reports_equal_the_measurements_of_a_plain_loop()
    {
        using var other = new SmallTraining();
        var reports = new ProgressList<TrainingReport>();

        var outcome = Run(new TrainingRunOptions { ReportInterval = 10 }).Run(reports);

        outcome.Should().BeEquivalentTo(new { Reason = StopReason.Completed, Step = 24L, BestExactAccuracy = (double?)null });
        reports.Select(report => report.Step).Should().Equal(10, 20, 24);
        for (var step = 1; step <= 24; step++)
        {
            other.Trainer.Step(other.Stream.Next());
            if (reports.Find(report => report.Step == step) is { } report)
            {
                report.Metrics.Should().Be(other.Trainer.TakeMetrics());
                report.LearningRate.Should().Be(other.Trainer.LearningRateAt(step));
                report.GradientNorm.Should().Be(other.Trainer.GradientNorm);
                report.SegmentsPerSecond.Should().BeApproximately(report.StepsPerSecond * TinyModels.Rows, 1e-6 * report.SegmentsPerSecond).And.BePositive();
                report.TimeLeft.Should().BeCloseTo(report.Trained / step * (24 - step), TimeSpan.FromMilliseconds(1));
            }
        }
    }

    [Fact]
    public void Evaluations_run_at_their_interval_and_at_the_end_with_averaged_weights()
    {
        var seen = new List<(long Step, float Weight)>();
        var run = Run(new TrainingRunOptions { EvaluationInterval = 10 }, model =>
        {
            seen.Add((_training.Trainer.StepCount, TinyModels.Weights(model)[0]));
            return 0.25;
        });
        var outcome = run.Run();
        seen.Select(entry => entry.Step).Should().Equal(10, 20, 24);
        seen[^1].Weight.Should().NotBe(TinyModels.Weights(_training.Model)[0]);
        using (_training.Trainer.Average!.Apply())
        {
            seen[^1].Weight.Should().Be(TinyModels.Weights(_training.Model)[0]);
        }

        (outcome.BestExactAccuracy, outcome.BestStep).Should().Be((0.25, 10));
    }

    [Fact]
    public void It_stops_after_evaluations_without_a_better_accuracy_and_keeps_the_best_checkpoint()
    {
        using var checkpoints = CheckpointStore.Open(_folder["best"], keep: 1);
        var accuracies = new Queue<double>([0.1, 0.4, 0.3, 0.4, 0.2, 0.9]);
        var options = new TrainingRunOptions { EvaluationInterval = 4, CheckpointInterval = 1000, Patience = 3 };

        var outcome = Run(options, _ => accuracies.Dequeue(), checkpoints: checkpoints).Run();

        outcome.Should().BeEquivalentTo(new { Reason = StopReason.NoBetterEvaluation, Step = 20L, BestExactAccuracy = 0.4, BestStep = 8L });
        checkpoints.Steps.Should().Equal(20, 8);
        using var again = new SmallTraining();
        var resumed = Run(options, training: again, checkpoints: checkpoints);
        resumed.Resume()!.Step.Should().Be(20);
        resumed.Run().Reason.Should().Be(StopReason.NoBetterEvaluation, "the reason to stop also holds after a restart");
    }

    [Fact]
    public void It_stops_at_the_training_accuracy_and_evaluates_the_last_weights()
    {
        using var training = new SmallTraining(change: options => options.TotalSteps = 1000, isEasy: true);
        var reports = new ProgressList<TrainingReport>();
        var evaluated = new List<long>();
        var options = new TrainingRunOptions { ReportInterval = 10, EvaluationInterval = 1000, StopAtTrainingAccuracy = 0.9 };
        var run = Run(options, training: training, evaluate: _ =>
        {
            evaluated.Add(training.Trainer.StepCount);
            return 1;
        });
        var outcome = run.Run(reports);
        outcome.Reason.Should().Be(StopReason.TrainingAccuracyReached);
        evaluated.Should().Equal([outcome.Step], "the weights of the end are evaluated and can be saved");
        reports.RemoveAll(report => report.Kind == ReportKind.Evaluation);
        reports[^1].Metrics.ExactAccuracy.Should().BeGreaterThanOrEqualTo(0.9);
        reports.SkipLast(1).Should().NotBeEmpty().And.AllSatisfy(report => report.Metrics.ExactAccuracy.Should().BeLessThan(0.9));
    }

    [Fact]
    public void Cancellation_stops_after_the_step_with_a_checkpoint_that_only_its_training_replaces()
    {
        using var training = new SmallTraining(cancelAfter: 7);
        var run = Run(new TrainingRunOptions { CheckpointInterval = 1000 }, training: training);
        run.Run(cancellationToken: training.Cancellation).Should().BeEquivalentTo(new { Reason = StopReason.Cancelled, Step = 7L });
        _checkpoints.Steps.Should().Equal(7, 0);

        Run(new TrainingRunOptions()).Invoking(it => it.Run()).Should().Throw<HrmFormatException>()
            .WithMessage("*expected no checkpoints of an earlier training; resume it, or use another folder");
        _checkpoints.Steps.Should().Equal(7, 0);
    }

    [Fact]
    public void A_cancelled_evaluation_runs_after_resuming()
    {
        using var cancellation = new CancellationTokenSource();
        var options = new TrainingRunOptions { EvaluationInterval = 6 };
        var cancelled = Run(options, _ =>
        {
            cancellation.Cancel();
            return 1;
        });
        cancelled.Run(cancellationToken: cancellation.Token).Should().BeEquivalentTo(new { Reason = StopReason.Cancelled, Step = 6L });

        using var second = new SmallTraining();
        var steps = new List<long>();
        var resumed = Run(options, training: second, evaluate: _ =>
        {
            steps.Add(second.Trainer.StepCount);
            return 0;
        });
        resumed.Resume();
        resumed.Run();
        steps.Should().Equal(6, 12, 18, 24);
    }

    [Fact]
    public void After_a_divergence_it_rolls_back_and_skips_the_batch()
    {
        var poison = Poison(_training, atStep: 8);
        var run = Run(new TrainingRunOptions { ReportInterval = 1, CheckpointInterval = 5, MaxRollbacks = 1 }, logs: [poison]);

        run.Run().Should().BeEquivalentTo(new { Reason = StopReason.Completed, Step = 24L });

        TinyModels.Weights(_training.Model).Should().AllSatisfy(weight => float.IsFinite(weight).Should().BeTrue());
        poison.Rewinds.Should().Equal(0, 5);
        var skipped = _training.Stream.Skipped.Should().ContainSingle().Subject;
        _logger.Messages.Should().Contain(message => message.Contains($"incoming batch: iteration {skipped.Iteration}, batch {skipped.Batch}, examples ") && message.Contains("step 9:"));
        _logger.Messages.Should().Contain("Rolled back from step 9 to step 5, and skips the batch; 0 more rollbacks allowed");

        // A resumed run skips the batch too.
        using var other = new SmallTraining();
        _checkpoints.Restore(other.Trainer)!.State.Should().BeEquivalentTo(new { Rollbacks = 1, Skipped = new[] { skipped } });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Without_a_rollback_left_it_stops_and_does_not_save(int allowed)
    {
        var options = new TrainingRunOptions { ReportInterval = 1, CheckpointInterval = 5, MaxRollbacks = allowed };
        var run = Run(options, logs: [Poison(_training, atStep: 8, always: true)]);
        var report = run.Invoking(it => it.Run()).Should().Throw<TrainingDivergedException>().Which.Details;
        report.Step.Should().Be(9);
        report.Position.Should().NotBeNull();
        report.Examples.Should().HaveCount(TinyModels.Rows);
        _checkpoints.Steps.Should().Equal(5, 0);
        _training.Stream.Skipped.Should().HaveCount(allowed);
    }

    [Theory]
    [InlineData(8)] // visible in the losses before the next checkpoint
    [InlineData(10)] // only in the weights, right before a checkpoint
    public void A_divergence_between_checks_never_reaches_a_checkpoint(long atStep)
    {
        using var training = new SmallTraining(change: options => options.FiniteCheckInterval = 0);
        var run = Run(new TrainingRunOptions { ReportInterval = 1, CheckpointInterval = 5 }, logs: [Poison(training, atStep)], training: training);
        run.Invoking(it => it.Run()).Should().Throw<TrainingDivergedException>().Which.Details.Weights[0].NonFinite.Should().BePositive();
        _checkpoints.Steps.Should().Equal(5, 0);
    }

    [Theory]
    [InlineData(2, 1, "trainer options: GlobalBatchSize: expected 2, the batch size of the stream, got 4.")]
    [InlineData(8, 1, "trainer options: GlobalBatchSize: expected 8, the batch size of the stream, got 4.")]
    [InlineData(4, 2, "training stream options: Rank, WorldSize: expected 0, 1 of the trainer's process group, got 0, 2.")]
    public void A_stream_of_another_batch_size_is_refused(int batchSize, int worldSize, string message)
    {
        using var stream = new TrainingStream(SmallTraining.Dataset(), batchSize, new TrainingStreamOptions { WorldSize = worldSize });
        FluentActions.Invoking(() => new TrainingRun(_training.Trainer, stream, new TrainingRunOptions()))
            .Should().Throw<InvalidConfigException>().WithMessage(message);
    }

    [Fact]
    public void Rollbacks_need_a_check_at_every_step()
    {
        using var training = new SmallTraining(change: options => options.FiniteCheckInterval = 10);
        FluentActions.Invoking(() => Run(new TrainingRunOptions { MaxRollbacks = 1 }, training: training))
            .Should().Throw<InvalidConfigException>().WithMessage("*MaxRollbacks: expected 0 if FiniteCheckInterval is not 1, got 1.");
    }

    [Fact]
    public void A_run_that_was_rolled_back_resumes_bit_for_bit()
    {
        // Writes NaN at the report of step 7, before the interruption.
        Dictionary<string, byte[]> Train(string folder, int? cancelAfter)
        {
            using var checkpoints = CheckpointStore.Open(_folder[folder]);
            for (var resumed = false; ; resumed = true)
            {
                using var training = new SmallTraining(cancelAfter: resumed ? null : cancelAfter);
                ITrainingLog[] logs = resumed ? [] : [Poison(training, atStep: 7)];
                var run = Run(new TrainingRunOptions { ReportInterval = 1, CheckpointInterval = 5, MaxRollbacks = 1 }, null, logs, training, checkpoints);
                run.Resume();
                if (run.Run(cancellationToken: training.Cancellation).Reason == StopReason.Completed)
                {
                    training.Stream.Skipped.Should().ContainSingle();
                    return training.State();
                }
            }
        }

        // 8 batches to the divergence, then from batch 6 on: cancelled at step 11.
        var (whole, parts) = (Train("whole", null), Train("parts", 14));
        whole.Should().AllSatisfy(entry => parts[entry.Key].AsSpan().SequenceEqual(entry.Value).Should().BeTrue(entry.Key));
    }

    [Fact]
    public void The_last_best_checkpoint_is_kept_if_that_of_a_better_one_could_not_be_saved()
    {
        using var checkpoints = CheckpointStore.Open(_folder["best"], keep: 1);
        var accuracies = new Queue<double>([0.1, 0.9, 0.2, 0.2, 0.2, 0.2]);
        var options = new TrainingRunOptions { ReportInterval = 1, EvaluationInterval = 4, CheckpointInterval = 1000 };
        var run = Run(options, _ => accuracies.Dequeue(), [ReplaceFolder(_folder["best"], from: 7, to: 9)], checkpoints: checkpoints);
        run.Run().Should().BeEquivalentTo(new { BestExactAccuracy = 0.9, BestStep = 8L });
        checkpoints.Steps.Should().Equal(24, 4);
        Directory.Exists(checkpoints.PathOf(4)).Should().BeTrue();
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_is_reported_and_training_continues()
    {
        var run = Run(new TrainingRunOptions { ReportInterval = 1, CheckpointInterval = 5 }, logs: [ReplaceFolder(_folder["c"], from: 9, to: 14)]);
        run.Run().Reason.Should().Be(StopReason.Completed);
        _logger.Messages.Should().ContainSingle(message => message.StartsWith("The checkpoint of step 10 could not be saved; training continues"));
        _checkpoints.Steps.Should().Equal(24, 20, 15);
    }

    [Fact]
    public void A_log_that_fails_does_not_stop_the_training()
    {
        File.WriteAllText(_folder["file"], "a file instead of the folder");
        var run = Run(new TrainingRunOptions { ReportInterval = 12 }, logs: [new JsonLinesLog(_folder["file", "metrics.jsonl"])]);
        run.Run().Reason.Should().Be(StopReason.Completed);
        _logger.Messages.Count(message => message.StartsWith("A report could not be stored; training continues: ")).Should().Be(2);
    }

    [Fact]
    public void Invalid_options_are_all_listed()
    {
        var bad = new TrainingRunOptions { ReportInterval = 0, EvaluationInterval = -1, CheckpointInterval = 0, Patience = -1, StopAtTrainingAccuracy = 1.5, MaxRollbacks = -2 };
        string[] expected =
        [
            "ReportInterval: expected 1 … 9223372036854775807, got 0",
            "EvaluationInterval: expected 0 … 9223372036854775807, got -1",
            "CheckpointInterval: expected 1 … 9223372036854775807, got 0",
            "Patience: expected 0 … 2147483647, got -1",
            "StopAtTrainingAccuracy: expected 0 … 1, got 1.5",
            "MaxRollbacks: expected 0 … 2147483647, got -2",
        ];
        bad.FindErrors().Should().Equal(expected);
        FluentActions.Invoking(() => Run(bad)).Should().Throw<InvalidConfigException>()
            .WithMessage($"training run options: {string.Join("; ", expected)}.");
        new TrainingRunOptions().FindErrors().Should().BeEmpty();
    }

    [Fact]
    public void A_run_leaves_no_tensor_alive()
    {
        TrainAgain();
        var live = LiveTensors.Count();
        TrainAgain();
        Tensor.TotalCount.Should().Be(live);

        void TrainAgain() => new TrainingRun(_training.Trainer, _training.Stream, new TrainingRunOptions()).Run();
    }

    /// <summary>A run with the test's training and checkpoints unless others are given; the evaluation gives an exact accuracy.</summary>
    private TrainingRun Run(
        TrainingRunOptions options,
        Func<HrmModel, double>? evaluate = null,
        ITrainingLog[]? logs = null,
        SmallTraining? training = null,
        CheckpointStore? checkpoints = null)
    {
        training ??= _training;
        return new TrainingRun(training.Trainer, training.Stream, options)
        {
            Checkpoints = checkpoints ?? _checkpoints,
            Evaluate = evaluate is null ? null : (model, token) =>
            {
                var exact = evaluate(model);
                token.ThrowIfCancellationRequested();
                return new MetricAverages(1, exact, exact, exact, 1, 0, 0, 0);
            },
            Logger = _logger,
            Logs = logs ?? [],
        };
    }

    /// <summary>A log that writes NaN to the weights after a step.</summary>
    private static ActingLog Poison(SmallTraining training, long atStep, bool always = false)
    {
        var isDone = false;
        return new ActingLog(report =>
        {
            if (report.Step == atStep && (always || !isDone))
            {
                isDone = true;
                using var noGradient = no_grad();
                training.Model.parameters().First().fill_(float.NaN);
            }
        });
    }

    /// <summary>A log that replaces the folder of checkpoints by a file for some steps, so that writing fails.</summary>
    private static ActingLog ReplaceFolder(string folder, long from, long to) => new(report =>
    {
        if (report.Step == from)
        {
            Directory.Move(folder, folder + ".away");
            File.WriteAllText(folder, string.Empty);
        }
        else if (report.Step == to)
        {
            File.Delete(folder);
            Directory.Move(folder + ".away", folder);
        }
    });

    private sealed class ActingLog(Action<TrainingReport> act) : ITrainingLog
    {
        public List<long> Rewinds { get; } = [];

        public void Write(TrainingReport report) => act(report);

        public void Rewind(long step) => Rewinds.Add(step);
    }

    private sealed class RecordingLogger : ILogger
    {
        public List<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Messages.Add(formatter(state, exception));
    }
}
