using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hrm.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Hrm.Core.Tests;

/// <summary>Several solvers in an application: their keys, loading, readiness, and the tags that tell them and their models apart.</summary>
public sealed class NamedSolverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CollectedMetrics _metrics = new();
    private readonly RecordingLogger _log = new();
    private readonly SolverQuestion _question = Questions.Draw(1, seed: 8)[0];

    public NamedSolverTests()
    {
        foreach (var (name, seed) in (ReadOnlySpan<(string, ulong)>)[("a", 1), ("b", 2)])
        {
            using var model = TinyModel.Create(Questions.Config, seed);
            model.Save(_folder[name]);
        }
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Each_name_is_a_keyed_singleton_with_options_of_its_own()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection([new("Folder", _folder["b"]), new("Limits:MaxSegments", "2"), new("Limits:Rule", "Never")]).Build();
        using var services = Services(it => it.AddHrmSolver(Configure("a")).AddHrmSolver("second", section).AddHrmSolver("third", Configure("b", segments: 1)));

        var (first, second) = (services.GetRequiredService<HrmSolver>(), services.GetRequiredKeyedService<HrmSolver>("second"));
        services.GetRequiredKeyedService<HrmSolver>("second").Should().BeSameAs(second);
        var answers = new[] { first, second, services.GetRequiredKeyedService<HrmSolver>("third") }.Select(solver => solver.Solve(_question.Tokens.Span)).ToArray();

        answers.Select(answer => answer.Segments).Should().Equal(3, 2, 1);
        new[] { first, second }.Select(solver => solver.ModelName).Should().Equal("a", "b");
        _metrics.Of("hrm.solver.segments").Should().BeEquivalentTo([((string?)null, "a", 3L), ("second", "b", 2L), ("third", "b", 1L)]);
    }

    [Fact]
    public void A_name_is_used_once()
    {
        var services = new ServiceCollection().AddHrmSolver("one", _ => { });
        services.Invoking(it => it.AddHrmSolver("one", _ => { })).Should().Throw<InvalidOperationException>().WithMessage("expected no solver named 'one' among the services, got one: *");
        services.Invoking(it => it.AddHrmSolver(string.Empty, _ => { })).Should().Throw<ArgumentException>().WithParameterName("name");
    }

    [Fact]
    public void The_start_reports_the_bad_options_of_each_name()
    {
        using var services = Services(it => it.AddHrmSolver("one", Configure("a")).AddHrmSolver("two", options => options.Folder = "nowhere"));
        services.GetRequiredService<IStartupValidator>().Invoking(it => it.Validate()).Should().Throw<OptionsValidationException>()
            .Which.Failures.Should().Equal("two: Folder: expected the folder of a model, with a config.json and a model.safetensors, got 'nowhere'");
    }

    [Fact]
    public void A_named_solver_takes_the_policy_and_the_function_of_its_name()
    {
        var created = new List<HrmConfig>();
        using var services = Services(it => it
            .AddHrmSolver(Configure("a"))
            .AddHrmSolver("one", options => options.Folder = _folder["a"])
            .AddHrmSolver("two", options => options.Folder = _folder["b"])
            .AddKeyedSingleton<IHaltingPolicy>("one", new ScriptedHalting(_ => HaltReason.Custom))
            .AddKeyedSingleton<IHaltingPolicy>(KeyedService.AnyKey, new ScriptedHalting(_ => HaltReason.Stable))
            .AddKeyedSingleton<Func<HrmConfig, HrmModel>>("two", (_, _) => config =>
            {
                created.Add(config);
                return TinyModel.Create(config);
            }));

        services.GetRequiredKeyedService<HrmSolver>("one").Solve(_question.Tokens.Span).Reason.Should().Be(HaltReason.Custom);
        services.GetRequiredKeyedService<HrmSolver>("two").Solve(_question.Tokens.Span).Reason.Should().Be(HaltReason.Stable);
        created.Should().HaveCount(1);
        services.GetRequiredService<HrmSolver>().Solve(_question.Tokens.Span).Reason.Should().Be(HaltReason.Maximum, "policies with a key are not for it");
    }

    [Fact]
    public async Task A_host_loads_in_the_background_and_the_check_reports_it()
    {
        using var gate = new ManualResetEventSlim();
        var waits = new ConcurrentQueue<string>();
        using var services = Services(it => it
            .AddSingleton<Func<HrmConfig, HrmModel>>(config =>
            {
                waits.Enqueue("loading");
                gate.Wait(20000);
                return TinyModel.Create(config);
            })
            .AddHrmSolver(Configure("a"))
            .AddHrmSolver("second", Configure("b"))
            .AddHealthChecks().AddHrmSolver(tags: ["ready"]).AddHrmSolver("second").Services);

        (await Check(services)).Entries.Values.Should().AllSatisfy(entry => (entry.Status, entry.Description).Should().Be((HealthStatus.Unhealthy, "loading")));
        var loaded = StartAsync(services);
        await HrmSolverTests.Eventually(() => !waits.IsEmpty);
        (await Check(services)).Entries["hrm-solver"].Description.Should().Be("loading");
        gate.Set();
        await loaded;

        var solver = services.GetRequiredService<HrmSolver>();
        solver.Solve(_question.Tokens.Span);
        var report = await Check(services);
        report.Status.Should().Be(HealthStatus.Healthy);
        report.Entries["hrm-solver"].Tags.Should().Equal("ready");
        report.Entries["hrm-solver"].Data.Should().BeEquivalentTo(new Dictionary<string, object> { ["model"] = "a", ["solved"] = 1L, ["running"] = 0, ["waiting"] = 0 });
        await solver.SwapAsync(_folder["b"]);
        (await Check(services)).Entries["hrm-solver"].Data["model"].Should().Be("b");
        (await Check(services)).Entries["second"].Data["solved"].Should().Be(0L);
    }

    [Fact]
    public async Task A_failed_load_is_unhealthy_and_logged_and_the_next_request_tries_again()
    {
        var weights = _folder["a/model.safetensors"];
        var whole = await File.ReadAllBytesAsync(weights);
        await File.WriteAllBytesAsync(weights, whole[..500]);
        using var services = Services(it => it.AddHrmSolver("broken", Configure("a")).AddHrmSolver(Configure("b")).AddHealthChecks().AddHrmSolver("broken").AddHrmSolver().Services);
        await StartAsync(services);

        var report = await Check(services);
        report.Entries["broken"].Status.Should().Be(HealthStatus.Unhealthy);
        report.Entries["broken"].Exception.Should().BeOfType<HrmFormatException>();
        report.Entries["broken"].Description.Should().StartWith(weights);
        report.Entries["hrm-solver"].Status.Should().Be(HealthStatus.Healthy, "another solver is loaded nevertheless");
        _log.Entries.Where(entry => entry.Level == LogLevel.Error).Should().ContainSingle().Which.Message.Should().Be("The solver broken could not be loaded");
        services.Invoking(it => it.GetRequiredKeyedService<HrmSolver>("broken")).Should().Throw<HrmFormatException>();

        await File.WriteAllBytesAsync(weights, whole);
        services.GetRequiredKeyedService<HrmSolver>("broken").Solve(_question.Tokens.Span).Segments.Should().Be(3);
        (await Check(services)).Status.Should().Be(HealthStatus.Healthy);
    }

    [Fact]
    public async Task A_check_of_a_missing_solver_says_so()
    {
        using var services = Services(it => it.AddHealthChecks().AddHrmSolver("missing").Services);
        await services.Awaiting(Check).Should().ThrowAsync<InvalidOperationException>().WithMessage("*SolverLoader*");
    }

    [Fact]
    public async Task Every_solver_has_metrics_and_traces_by_model_which_a_swap_continues()
    {
        var measured = new ConcurrentDictionary<(string Instrument, string Model), long>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, it) => (instrument.Meter.Name == "Hrm.Solver" ? it : null)?.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured[(instrument.Name, ModelOf(tags))] = value);
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => measured.AddOrUpdate((instrument.Name, ModelOf(tags)), 1, (_, count) => count + 1));
        listener.Start();
        var activities = new ConcurrentQueue<Activity>();
        using var traces = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Hrm.Solver",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(traces);

        using var model = HrmModel.Load(_folder["a"]);
        model.Name = "given";
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 3, Rule = HaltingRule.Never }, logger: _log);
        solver.Solve(_question.Tokens.Span);
        solver.Solve(_question.Tokens.Span);
        await solver.SwapAsync(_folder["b"]);
        await solver.DrainAsync();
        solver.Solve(_question.Tokens.Span);
        await solver.SwapAsync(model, ownsModel: false);
        await solver.DrainAsync();
        solver.Trace(_question.Tokens.Span);
        listener.RecordObservableInstruments();

        measured[("hrm.solver.puzzles", "given")].Should().Be(3, "the counts of a name add up over swaps");
        measured[("hrm.solver.puzzles", "b")].Should().Be(1, "the counts of a freed model stay");
        measured[("hrm.solver.row_segments", "given")].Should().Be(9);
        measured[("hrm.solver.duration", "given")].Should().Be(3);
        measured[("hrm.solver.duration", "b")].Should().Be(1);
        measured[("hrm.solver.queue.length", "b")].Should().Be(0);
        activities.Select(activity => (activity.OperationName, activity.GetTagItem("hrm.model.name"))).Should().Equal(("solve", "given"), ("solve", "given"), ("solve", "b"), ("trace", "given"));
        solver.Statistics.Solved.Should().Be(4);
        _log.Entries.Select(entry => entry.Message).Should().Equal("New puzzles go to the model b instead of given", "New puzzles go to the model given instead of b");
    }

    /// <summary>Starts the services as a host does, and waits for what they do in the background. The publisher of health checks is not one of ours.</summary>
    private static async Task StartAsync(ServiceProvider services)
    {
        foreach (var loading in services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray())
        {
            await loading.StartAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        }

        await Task.WhenAll(services.GetServices<IHostedService>().OfType<BackgroundService>().Select(loading => loading.ExecuteTask!));
    }

    private static string ModelOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        tags[0].Key.Should().Be("hrm.model.name");
        return (string)tags[0].Value!;
    }

    private static Task<HealthReport> Check(ServiceProvider services) => services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    private Action<SolverServiceOptions> Configure(string folder, int segments = 3) => options =>
    {
        options.Folder = _folder[folder];
        options.Limits.MaxSegments = segments;
        options.Limits.Rule = HaltingRule.Never;
    };

    private ServiceProvider Services(Func<IServiceCollection, IServiceCollection> add) => add(new ServiceCollection()
        .AddSingleton<IMeterFactory>(_metrics)
        .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
        .AddSingleton<ILogger<HrmSolver>>(_log)).BuildServiceProvider();
}
