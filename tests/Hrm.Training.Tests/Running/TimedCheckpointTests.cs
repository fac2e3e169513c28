using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;

namespace Hrm.Training.Tests;

/// <summary>Checkpoints by time, and runs on a thread of their own.</summary>
public sealed class TimedCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_clock_decides_only_what_is_saved()
    {
        var (often, never) = (Train("often", TimeSpan.FromMinutes(1)), Train("never", TimeSpan.Zero));
        often.State.Keys.Should().BeEquivalentTo(never.State.Keys);
        often.State.Should().AllSatisfy(entry => never.State[entry.Key].AsSpan().SequenceEqual(entry.Value).Should().BeTrue(entry.Key));

        // Seen at each report, which is before the checkpoint of its step: one by time at most, and those by steps.
        never.Seen[15].Should().Equal(10, 0);
        often.Seen[2].Should().Equal(1, 0);
        often.Seen[15].Should().Equal(14, 10, 0);
        often.Seen[21].Should().Equal(20, 10, 0);
        often.Seen[22].Should().Equal(21, 20, 10);
        (often.Kept, never.Kept).Should().BeEquivalentTo((new long[] { 24, 20, 10 }, new long[] { 24, 20, 10 }));
    }

    [Fact]
    public void A_run_resumes_from_a_checkpoint_by_time_and_replaces_it()
    {
        var whole = Train("whole", TimeSpan.Zero);
        using (var killed = new SmallTraining())
        using (var checkpoints = CheckpointStore.Open(_folder["killed"]))
        {
            var run = Run(killed, checkpoints, TimeSpan.FromMinutes(1), (report, clock) =>
            {
                clock.Advance(TimeSpan.FromMinutes(1));
                if (report.Step == 14)
                {
                    throw new NotSupportedException("killed");
                }
            });
            run.Invoking(it => it.Run()).Should().Throw<NotSupportedException>();
            checkpoints.Steps.Should().Equal(13, 10, 0);
        }

        using var resumed = new SmallTraining();
        using var store = CheckpointStore.Open(_folder["killed"]);
        var second = Run(resumed, store, TimeSpan.Zero, (_, _) => { });
        second.Resume()!.Step.Should().Be(13);
        second.Run().Reason.Should().Be(StopReason.Completed);
        store.Steps.Should().Equal(24, 20, 10);
        resumed.State().Should().AllSatisfy(entry => whole.State[entry.Key].AsSpan().SequenceEqual(entry.Value).Should().BeTrue(entry.Key));
    }

    [Fact]
    public void A_model_that_is_not_finite_is_not_ready()
    {
        using var training = new SmallTraining(change: options => (options.TotalSteps, options.FiniteCheckInterval) = (3, 0));
        var isReady = false;
        var run = new TrainingRun(training.Trainer, training.Stream, new TrainingRunOptions { ReportInterval = 1 })
        {
            ModelReady = () => isReady = true,
            Logs = [new ActingLog(report => Spoil(report.Step))],
        };
        run.Invoking(it => it.Run()).Should().Throw<TrainingDivergedException>();
        isReady.Should().BeFalse();

        void Spoil(long step)
        {
            using var noGradient = torch.no_grad();
            using var nothing = double.NaN.ToScalar();
            if (step == 3)
            {
                training.Model.parameters().First().fill_(nothing);
            }
        }
    }

    [Fact]
    public void Saving_takes_at_most_a_twentieth_of_the_time()
    {
        // Each look at the clock takes a second: a save takes 1, a step with its decision 3.
        using var training = new SmallTraining(change: options => options.TotalSteps = 60);
        using var checkpoints = CheckpointStore.Open(_folder["c"], keep: 1);
        var clock = new Clock { Tick = TimeSpan.FromSeconds(1) };
        var saved = new List<long>();
        var run = new TrainingRun(training.Trainer, training.Stream, new TrainingRunOptions { ReportInterval = 1, CheckpointInterval = 1000, CheckpointTime = TimeSpan.FromSeconds(2) })
        {
            Checkpoints = checkpoints,
            Time = clock,
            Logs = [new ActingLog(_ => saved.Add(checkpoints.Steps[0]))],
        };
        run.Run();
        var steps = saved.Distinct().ToArray();
        steps.Length.Should().BeInRange(5, 10);
        steps.Zip(steps.Skip(1), (step, next) => next - step).Should().AllSatisfy(gap => gap.Should().BeGreaterThanOrEqualTo(6));
    }

    [Fact]
    public void A_negative_time_is_refused()
        => new TrainingRunOptions { CheckpointTime = TimeSpan.FromSeconds(-1) }.FindErrors()
            .Should().Equal("CheckpointTime: expected a time of at least zero, got -00:00:01");

    [Fact]
    public async Task RunAsync_gives_the_bits_of_Run_on_another_thread()
    {
        var before = torch.get_num_threads();
        torch.set_num_threads(1);
        try
        {
            using var here = new SmallTraining();
            using var there = new SmallTraining();
            var expected = new TrainingRun(here.Trainer, here.Stream, new TrainingRunOptions()).Run();
            var caller = Environment.CurrentManagedThreadId;
            var seen = (Thread: caller, Threads: 0, IsPool: true);
            var progress = new ProgressList<TrainingReport>(_ => seen = (Environment.CurrentManagedThreadId, torch.get_num_threads(), Thread.CurrentThread.IsThreadPoolThread));
            var outcome = await new TrainingRun(there.Trainer, there.Stream, new TrainingRunOptions()).RunAsync(progress);
            (outcome with { Trained = default }).Should().Be(expected with { Trained = default });
            seen.Thread.Should().NotBe(caller);
            seen.Should().BeEquivalentTo((seen.Thread, 1, false));
            var state = there.State();
            here.State().Should().AllSatisfy(entry => state[entry.Key].AsSpan().SequenceEqual(entry.Value).Should().BeTrue(entry.Key));
        }
        finally
        {
            torch.set_num_threads(before);
        }
    }

    [Fact]
    public async Task RunAsync_has_the_cancellation_and_the_exceptions_of_Run()
    {
        using var cancelled = new SmallTraining(cancelAfter: 5);
        var outcome = await new TrainingRun(cancelled.Trainer, cancelled.Stream, new TrainingRunOptions()).RunAsync(cancellationToken: cancelled.Cancellation);
        (outcome.Reason, outcome.Step).Should().Be((StopReason.Cancelled, 5));

        using var training = new SmallTraining();
        var run = new TrainingRun(training.Trainer, training.Stream, new TrainingRunOptions());
        training.Trainer.Dispose();
        await run.Awaiting(it => it.RunAsync()).Should().ThrowAsync<ObjectDisposedException>();
    }

    private (Dictionary<string, byte[]> State, Dictionary<long, long[]> Seen, long[] Kept) Train(string name, TimeSpan time)
    {
        using var training = new SmallTraining();
        using var checkpoints = CheckpointStore.Open(_folder[name]);
        var seen = new Dictionary<long, long[]>();
        Run(training, checkpoints, time, (report, clock) =>
        {
            seen[report.Step] = [.. checkpoints.Steps];
            clock.Advance(TimeSpan.FromMinutes(1));
        }).Run();
        return (training.State(), seen, [.. checkpoints.Steps]);
    }

    private static TrainingRun Run(SmallTraining training, CheckpointStore checkpoints, TimeSpan time, Action<TrainingReport, Clock> act)
    {
        var clock = new Clock();
        return new TrainingRun(training.Trainer, training.Stream, new TrainingRunOptions { ReportInterval = 1, CheckpointInterval = 10, CheckpointTime = time })
        {
            Checkpoints = checkpoints,
            Time = clock,
            Logs = [new ActingLog(report => act(report, clock))],
        };
    }

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public TimeSpan Tick { get; init; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => _now += time.Ticks;

        public override long GetTimestamp() => _now += Tick.Ticks;
    }

    private sealed class ActingLog(Action<TrainingReport> act) : ITrainingLog
    {
        public void Write(TrainingReport report) => act(report);

        public void Rewind(long step)
        {
        }
    }
}
