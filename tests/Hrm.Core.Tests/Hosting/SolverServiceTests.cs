using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hrm.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hrm.Core.Tests;

/// <summary>A solver in an application's services: options, metrics, traces and logs.</summary>
public sealed class SolverServiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CollectedMetrics _metrics = new();
    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly ActivityListener _listener;
    private readonly RecordingLogger _log = new();
    private readonly SolverQuestion[] _questions = Questions.Draw(3, seed: 8);

    public SolverServiceTests()
    {
        using (var model = TinyModel.Create(Questions.Config))
        {
            model.Save(_folder.Path);
        }

        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Hrm.Solver",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _activities.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _metrics.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Answers_are_counted_timed_and_traced()
    {
        using var services = Services();
        var solver = services.GetRequiredService<HrmSolver>();

        await solver.SolveAsync(_questions[0].Tokens, _questions[0].PuzzleId);
        var trace = solver.Trace(_questions[1].Tokens.Span, _questions[1].PuzzleId);

        trace.Should().HaveCount(3);
        _metrics["hrm.solver.puzzles"].Should().Be(2);
        _metrics["hrm.solver.segments"].Should().Be(6);
        _metrics["hrm.solver.row_segments"].Should().Be(6);
        _metrics["hrm.solver.queue.length"].Should().Be(0);
        _metrics["hrm.solver.batch.size"].Should().Be(0);
        _metrics.Durations.Should().HaveCount(2).And.OnlyContain(entry => entry.Outcome == "answered" && entry.Seconds > 0);
        _activities.Select(activity => activity.OperationName).Should().Equal("solve", "trace");
        foreach (var activity in _activities)
        {
            activity.TagObjects.Should().BeEquivalentTo(new Dictionary<string, object?>
            {
                ["hrm.solver.segments"] = 3,
                ["hrm.solver.reason"] = "Maximum",
                ["hrm.solver.outcome"] = "answered",
                ["hrm.model.name"] = Path.GetFileName(_folder.Path),
            });
            activity.Status.Should().Be(ActivityStatusCode.Unset);
        }
    }

    [Fact]
    public async Task Rejected_and_cancelled_puzzles_have_different_outcomes()
    {
        using var services = Services(options =>
        {
            options.Limits.MaxSegments = 1 << 16;
            options.Limits.MaxBatchSize = 1;
            options.Limits.MaxQueueLength = 1;
            options.Limits.RejectWhenFull = true;
        });
        var solver = services.GetRequiredService<HrmSolver>();
        using var stop = new CancellationTokenSource();
        var running = solver.SolveAsync(_questions[0].Tokens, cancellationToken: stop.Token);
        await HrmSolverTests.Eventually(() => solver.Statistics is { Running: 1, Waiting: 0 });
        var waiting = solver.SolveAsync(_questions[1].Tokens, cancellationToken: stop.Token);
        _metrics["hrm.solver.queue.length"].Should().Be(1);
        _metrics["hrm.solver.batch.size"].Should().Be(1);

        await solver.Awaiting(it => it.SolveAsync(_questions[2].Tokens)).Should().ThrowAsync<SolverBusyException>();
        await solver.Awaiting(it => it.TraceAsync(_questions[2].Tokens).GetAsyncEnumerator().MoveNextAsync().AsTask())
            .Should().ThrowAsync<SolverBusyException>();
        await stop.CancelAsync();
        await running.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        await waiting.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();

        _metrics["hrm.solver.rejected"].Should().Be(2);
        _metrics.Durations.Select(entry => entry.Outcome).Should().BeEquivalentTo("rejected", "rejected", "cancelled", "cancelled");
        _activities.Select(activity => activity.Status).Should().BeEquivalentTo(
            [ActivityStatusCode.Error, ActivityStatusCode.Error, ActivityStatusCode.Unset, ActivityStatusCode.Unset]);
    }

    [Fact]
    public async Task A_reader_that_stops_early_cancels_and_frees_its_place()
    {
        using var services = Services(options => options.Limits.MaxSegments = 1 << 16);
        var solver = services.GetRequiredService<HrmSolver>();
        (await solver.TraceAsync(_questions[0].Tokens).Take(3).CountAsync()).Should().Be(3);

        await HrmSolverTests.Eventually(() => solver.Statistics.Running == 0);
        solver.Statistics.Solved.Should().Be(0);
        solver.Statistics.RowSegments.Should().BeLessThan(1 << 16);
        _metrics.Durations.Should().ContainSingle().Which.Outcome.Should().Be("cancelled");
    }

    /// <summary>The policy throws in the segment that all puzzles share.</summary>
    [Fact]
    public async Task An_exception_in_a_segment_fails_its_requests_and_is_logged_once()
    {
        using var model = TinyModel.Create(Questions.Config);
        using var gate = new ManualResetEventSlim();
        var halting = new ScriptedHalting(_ => gate.Wait(20000) ? throw new TimeoutException("too slow") : HaltReason.Stable);
        using var solver = new HrmSolver(new TorchModel(model), ownsModel: false, options: null, _ => halting, observers: new SolverObservers(Logger: _log, Meters: _metrics));
        var first = solver.SolveAsync(_questions[0].Tokens);
        await HrmSolverTests.Eventually(() => solver.Statistics is { Waiting: 0 } && solver.IsAwake);
        Task[] asked = [first, solver.SolveAsync(_questions[1].Tokens), solver.SolveAsync(_questions[2].Tokens)];
        gate.Set();

        foreach (var answer in asked)
        {
            await answer.Awaiting(it => it).Should().ThrowAsync<TimeoutException>();
        }

        _metrics.Durations.Should().HaveCount(3).And.OnlyContain(entry => entry.Outcome == "failed");
        _log.Entries.Where(entry => entry.Level == LogLevel.Error).Should().HaveCountLessThanOrEqualTo(2, "two segments failed, with an error each")
            .And.NotBeEmpty().And.OnlyContain(entry => entry.Error is TimeoutException);
    }

    [Fact]
    public async Task The_services_dispose_the_solver_which_cancels_its_requests()
    {
        Task<SolverAnswer> running;
        using (var services = Services(options => options.Limits.MaxSegments = 1 << 16))
        {
            var solver = services.GetRequiredService<HrmSolver>();
            running = solver.SolveAsync(_questions[0].Tokens);
            await HrmSolverTests.Eventually(() => solver.Statistics.Segments > 0);
        }

        await running.Awaiting(it => it).Should().ThrowAsync<ObjectDisposedException>();
        _metrics.Durations.Should().ContainSingle().Which.Outcome.Should().Be("cancelled");
        _log.Entries.Should().NotContain(entry => entry.Level == LogLevel.Error);
    }

    [Fact]
    public void Loading_is_logged_and_the_solver_is_a_singleton()
    {
        using var services = Services();
        services.GetRequiredService<HrmSolver>().Should().BeSameAs(services.GetRequiredService<HrmSolver>());
        _log.Entries.Should().ContainSingle().Which.Message.Should().StartWith($"Loaded the model of {_folder.Path} in ").And.EndWith(" parameters on cpu");
    }

    [Fact]
    public void The_start_reports_every_bad_field()
    {
        using var services = Services(options =>
        {
            options.Folder = "nowhere";
            options.Device = "tpu";
            options.ForwardDtype = "float16";
            options.Limits.MaxBatchSize = 0;
            options.Confidence = double.NaN;
            options.UnchangedSegments = 0;
            options.TimeLimit = TimeSpan.Zero;
        });

        services.GetRequiredService<IStartupValidator>().Invoking(it => it.Validate()).Should().Throw<OptionsValidationException>()
            .Which.Failures.Should().Equal(
                "Folder: expected the folder of a model, with a config.json and a model.safetensors, got 'nowhere'",
                "Device: expected cpu, mps, cuda or cuda:0, cuda:1, …, got 'tpu'",
                "ForwardDtype: expected float32 or bfloat16, got 'float16'",
                "Limits:MaxBatchSize: expected 1 … 65536, got 0",
                "Confidence: expected a probability above 0 and below 1, got NaN",
                "UnchangedSegments: expected 1 … 65536, got 0",
                "TimeLimit: expected a time above zero, got 00:00:00");
    }

    [Fact]
    public void Missing_options_are_reported_as_bad_ones()
    {
        using var services = Services(options => (options.Folder, options.Device, options.Limits) = (null!, null!, null!));
        services.GetRequiredService<IStartupValidator>().Invoking(it => it.Validate()).Should().Throw<OptionsValidationException>()
            .Which.Failures.Select(failure => failure.Split(':')[0]).Should().Equal("Folder", "Device", "Limits");
    }

    [Fact]
    public void A_second_solver_is_rejected()
        => FluentActions.Invoking(() => new ServiceCollection().AddHrmSolver(_ => { }).AddHrmSolver(_ => { }))
            .Should().Throw<InvalidOperationException>().WithMessage("expected no solver without a name among the services, got one: *");

    [Fact]
    public void A_missing_device_is_named()
    {
        using var services = Services(options => options.Device = "cuda:99");
        services.Invoking(it => it.GetRequiredService<HrmSolver>()).Should().Throw<InvalidConfigException>()
            .WithMessage("solver options: Device: expected an available device, got 'cuda:99'.");
    }

    [Fact]
    public void Every_stop_takes_effect()
    {
        var confident = new SegmentState(1, QHalt: 2, QContinue: 3);
        var stable = new SegmentState(4, QHalt: 0, QContinue: 1, UnchangedSegments: 3);
        var slow = new SegmentState(4, QHalt: 0, QContinue: 1, Elapsed: TimeSpan.FromSeconds(2));
        Decide(new() { Confidence = 0.8 }, confident).Should().Be(HaltReason.Confident);
        Decide(new() { Confidence = 0.9 }, confident).Should().Be(HaltReason.None);
        Decide(new() { UnchangedSegments = 3 }, stable).Should().Be(HaltReason.Stable);
        Decide(new() { UnchangedSegments = 4 }, stable).Should().Be(HaltReason.None);
        Decide(new() { TimeLimit = TimeSpan.FromSeconds(2) }, slow).Should().Be(HaltReason.Time);
    }

    [Theory]
    [InlineData(null, null, HaltingRule.HaltOverContinue, HaltReason.None)]
    [InlineData(null, null, HaltingRule.HaltPositive, HaltReason.QValues)]
    [InlineData(HaltingRule.HaltPositive, null, HaltingRule.HaltOverContinue, HaltReason.QValues)]
    [InlineData(HaltingRule.Never, null, HaltingRule.HaltPositive, HaltReason.None)]
    [InlineData(null, 0.99, HaltingRule.HaltPositive, HaltReason.None)] // another stop replaces the rule of the model
    [InlineData(HaltingRule.HaltPositive, 0.99, HaltingRule.HaltOverContinue, HaltReason.QValues)]
    public void The_rule_is_that_of_the_limits_or_the_models_if_no_other_stop_is_set(HaltingRule? rule, double? confidence, HaltingRule ofModel, HaltReason expected)
        => Decide(new() { Limits = { Rule = rule }, Confidence = confidence }, new SegmentState(1, QHalt: 2, QContinue: 3), ofModel).Should().Be(expected);

    private static HaltReason Decide(SolverServiceOptions options, in SegmentState state, HaltingRule rule = HaltingRule.HaltOverContinue)
        => options.CreateHalting(rule).Decide(state);

    [Fact]
    public void Every_kind_of_setting_is_bound()
    {
        using var services = Bound(
            ("Folder", "models/a"), ("Device", "cuda:1"), ("ForwardDtype", "bfloat16"), ("Limits:MaxQueueLength", "5"), ("Limits:RejectWhenFull", "true"),
            ("Confidence", "0.75"), ("UnchangedSegments", "3"), ("TimeLimit", "00:00:01.5"));



        var bound = new SolverServiceOptions();
        foreach (var setup in services.GetServices<IConfigureOptions<SolverServiceOptions>>())
        {
            setup.Configure(bound);
        }

        bound.Should().BeEquivalentTo(new
        {
            Folder = "models/a",
            Device = "cuda:1",
            ForwardDtype = "bfloat16",
            Limits = new { MaxQueueLength = 5, RejectWhenFull = true, MaxBatchSize = 64 },
            Confidence = 0.75,
            UnchangedSegments = 3,
            TimeLimit = TimeSpan.FromSeconds(1.5),
        });
    }

    [Theory]
    [InlineData("Foldr", "models/a", "*Foldr*")]
    [InlineData("Limits:MaxQueueLength", "many", "*many*Limits:MaxQueueLength*")]
    public void A_mistyped_setting_is_an_error_of_the_options(string key, string value, string message)
    {
        using var services = Bound((key, value));
        services.GetRequiredService<IStartupValidator>().Invoking(it => it.Validate()).Should().Throw<OptionsValidationException>().WithMessage(message);
    }

    private ServiceProvider Services(Action<SolverServiceOptions>? configure = null) => new ServiceCollection()
        .AddSingleton<IMeterFactory>(_metrics)
        .AddSingleton<ILogger<HrmSolver>>(_log)
        .AddHrmSolver(options =>
        {
            options.Folder = _folder.Path;
            options.Limits.MaxSegments = 3;
            options.Limits.Rule = HaltingRule.Never;
            configure?.Invoke(options);
        })
        .BuildServiceProvider();

    private static ServiceProvider Bound(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddHrmSolver(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build())
        .BuildServiceProvider();
}
