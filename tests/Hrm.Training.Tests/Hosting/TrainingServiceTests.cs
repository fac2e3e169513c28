using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Hrm.Core;
using Hrm.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>A training in a real host.</summary>
public sealed class TrainingServiceTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _announced = new();
    private readonly RecordingLoggers _log = new();
    private CancellationToken _stopping;

    public void Dispose()
    {
        _folder.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task It_trains_saves_announces_and_reports()
    {
        var measured = new ConcurrentDictionary<string, double>();
        using var host = Host(Setup(evaluate: Accuracies(0.1, 0.3, 0.2, 0.4)), ("Run:EvaluationInterval", "6"));
        using var listener = Listen(host.Services, measured);
        await host.StartAsync();
        await _log.WaitFor("Stopped after step 24: Completed");
        await host.StopAsync();

        // Every evaluation that was the best so far.
        _announced.Select(Path.GetFileName).Should().Equal("step-000000000006", "step-000000000012", "step-000000000024");
        Directory.GetDirectories(_folder["run", "models"]).Should().HaveCount(3);
        using var model = HrmModel.Load(_announced.Last());
        model.Config.Should().Be(TinyModels.Config);
        measured["hrm.training.steps"].Should().Be(24);
        measured["hrm.training.exact_accuracy evaluation"].Should().Be(0.4);
        measured["hrm.training.loss training"].Should().BePositive();
        measured["hrm.training.learning_rate"].Should().BePositive();
        measured["hrm.training.step_rate"].Should().BePositive();
        measured["hrm.training.gradient_norm"].Should().BePositive();
    }

    [Fact]
    public async Task A_stopped_host_resumes_and_ends_with_the_same_weights()
    {
        using (var whole = Host(Setup(), ("Folder", _folder["whole"])))
        {
            await whole.StartAsync();
            await _log.WaitFor("Stopped after step 24: Completed");
            await whole.StopAsync();
        }

        var reached = new TaskCompletionSource();
        using (var first = Host(Setup(atStep: 9, then: reached), ("Run:CheckpointInterval", "5")))
        {
            await first.StartAsync();
            await reached.Task.WaitAsync(Patience);
            await first.StopAsync();
            await _log.WaitFor("Stopped after step 9: Cancelled");
        }

        _announced.Clear();
        _log.Clear();
        using (var second = Host(Setup(), ("Run:CheckpointInterval", "5")))
        {
            await second.StartAsync();
            await _log.WaitFor("Stopped after step 24: Completed");
            await second.StopAsync();
        }

        _log.Messages.Should().Contain(message => message.StartsWith("Resumed from step 9"));
        _announced.Select(Path.GetFileName).Should().Equal(
            ["step-000000000005", "step-000000000010", "step-000000000015", "step-000000000020", "step-000000000024"], "the newest is announced at the start");
        const string Last = "step-000000000024";
        File.ReadAllBytes(_folder["run", "models", Last, "model.safetensors"]).Should().Equal(File.ReadAllBytes(_folder["whole", "models", Last, "model.safetensors"]));
    }

    [Fact]
    public async Task Older_models_are_deleted_but_not_the_one_that_was_announced_last()
    {
        var refused = 0;
        var setup = Setup(received: folder => Path.GetFileName(folder) == "step-000000000008" || refused++ < 0 ? Task.CompletedTask : throw new NotSupportedException("no swap"));
        using var host = Host(setup, ("Run:CheckpointInterval", "4"), ("KeepModels", "2"));
        await host.StartAsync();
        await _log.WaitFor("Stopped after step 24: Completed");
        await host.StopAsync();

        Directory.GetDirectories(_folder["run", "models"]).Select(Path.GetFileName).Order().Should().Equal("step-000000000008", "step-000000000020", "step-000000000024");
        _log.Messages.Count(message => message.StartsWith("The receiver of the model") && message.Contains("no swap")).Should().Be(5);
    }

    [Fact]
    public async Task Models_of_an_earlier_training_and_other_folders_are_neither_announced_nor_deleted()
    {
        foreach (var name in (string[])["step-000000000099", "step-000000000012-keep"])
        {
            using var model = TinyModels.Create();
            model.Save(_folder["run", "models", name]);
        }

        using var host = Host(Setup(), ("Run:CheckpointInterval", "8"), ("KeepModels", "1"));
        await host.StartAsync();
        await _log.WaitFor("Stopped after step 24: Completed");
        await host.StopAsync();

        _announced.Select(Path.GetFileName).Should().Equal("step-000000000008", "step-000000000016", "step-000000000024");
        Directory.GetDirectories(_folder["run", "models"]).Select(Path.GetFileName).Order()
            .Should().Equal("step-000000000012-keep", "step-000000000024", "step-000000000099");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failure_is_logged_and_stops_the_host_only_if_configured(bool stops)
    {
        var setup = new TrainingSetup { CreateModel = _ => TinyModels.Create(), Dataset = new FailingDataset(SmallTraining.Dataset()) };
        using var host = Host(_ => setup, ("StopHostOnFailure", $"{stops}"));
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        await host.StartAsync();
        await _log.WaitFor("The training in the background failed: HrmFileException");
        if (stops)
        {
            await Task.Delay(Patience, lifetime.ApplicationStopping).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        lifetime.ApplicationStopping.IsCancellationRequested.Should().Be(stops);
        await host.StopAsync();
    }

    [Fact]
    public async Task The_trainer_of_the_application_is_used_with_the_threads_of_the_options()
    {
        var threads = 0;
        var setup = new TrainingSetup
        {
            CreateModel = _ => TinyModels.Create(),
            Dataset = SmallTraining.Dataset(),
            CreateTrainer = (model, options, generator) => new HrmTrainer(model, options, generator)
            {
                AuxiliaryLoss = (output, _, _) =>
                {
                    threads = get_num_threads();
                    return output.QHalt.sum();
                },
            },
        };
        using var host = Host(_ => setup, ("Threads", "1"), ("Trainer:TotalSteps", "2"));
        await host.StartAsync();
        await _log.WaitFor("Stopped after step 2: Completed");
        await host.StopAsync();
        threads.Should().Be(1);
    }

    [Fact]
    public async Task Bad_options_and_a_second_training_are_errors_at_the_start()
    {
        using var host = Host(Setup(), ("Folder", string.Empty), ("Device", "gpu"), ("KeepModels", "0"), ("Trainer:LearningRate", "-1"));
        (await host.Awaiting(it => it.StartAsync()).Should().ThrowAsync<OptionsValidationException>()).Which.Failures.Should().Equal(
            "Folder: expected the path of a folder, got ''",
            "Device: expected cpu, mps, cuda or cuda:0, cuda:1, …, got 'gpu'",
            "KeepModels: expected 1 … 2147483647, got 0",
            "Trainer:LearningRate: expected a finite number of at least 0, got -1");
        var services = new ServiceCollection();
        var section = new ConfigurationBuilder().Build();
        services.AddHrmTraining(section, Setup());
        services.Invoking(it => it.AddHrmTraining(options => options.Folder = "another", Setup())).Should().Throw<InvalidOperationException>().WithMessage("expected no training*");
    }

    /// <summary>A setup that remembers the announced folders, each of which must hold a complete model.</summary>
    private Func<IServiceProvider, TrainingSetup> Setup(
        Func<HrmModel, CancellationToken, MetricAverages>? evaluate = null,
        int atStep = -1,
        TaskCompletionSource? then = null,
        Func<string, Task>? received = null) => _ => new TrainingSetup
        {
            CreateModel = _ => TinyModels.Create(),
            Dataset = SmallTraining.Dataset(),
            Augmentation = atStep < 0 ? null : new StopsAt(atStep * TinyModels.Rows, then!, () => _stopping),
            Evaluate = evaluate,
            ModelSaved = async (folder, stopping) =>
            {
                _stopping = stopping;
                HrmModel.Load(folder).Dispose();
                await (received?.Invoke(folder) ?? Task.CompletedTask);
                _announced.Enqueue(folder);
            },
        };

    private static Func<HrmModel, CancellationToken, MetricAverages> Accuracies(params double[] values)
    {
        var queue = new Queue<double>(values);
        return (_, _) => new MetricAverages(1, 1, queue.Dequeue(), 1, 1, 1, 1, 1);
    }

    private IHost Host(Func<IServiceProvider, TrainingSetup> setup, params (string Key, string Value)[] settings)
    {
        (string Key, string Value)[] all =
        [
            ("Folder", _folder["run"]), ("Trainer:GlobalBatchSize", $"{TinyModels.Rows}"), ("Trainer:TotalSteps", "24"), ("Trainer:Replicas", "1"),
            ("Trainer:LearningRate", "0.01"), ("Trainer:EmaDecay", "0.9"), ("Stream:PrefetchBatches", "0"), ("Run:ReportInterval", "2"), .. settings,
        ];
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        foreach (var (key, value) in all)
        {
            builder.Configuration[$"Training:{key}"] = value;
        }

        builder.Services.AddMetrics();
        builder.Logging.AddProvider(_log);
        builder.Services.AddHrmTraining(builder.Configuration.GetSection("Training"), setup);
        return builder.Build();
    }

    /// <summary>Collects the last value of each instrument, counters as sums.</summary>
    private static MeterListener Listen(IServiceProvider services, ConcurrentDictionary<string, double> measured)
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, it) =>
            {
                if (instrument.Meter.Name == "Hrm.Training" && instrument.Meter.Scope == factory)
                {
                    it.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => measured[tags.Length == 0 ? instrument.Name : $"{instrument.Name} {tags[0].Value}"] = value);
        listener.Start();
        return listener;
    }

    /// <summary>Signals when an example is read, and holds the training there until the host stops.</summary>
    private sealed class StopsAt(int example, TaskCompletionSource then, Func<CancellationToken> stopping) : IExampleAugmentation
    {
        private int _examples;

        public void Augment(Span<int> inputs, Span<int> labels, Random random)
        {
            if (++_examples == example)
            {
                then.SetResult();
                stopping().WaitHandle.WaitOne(Patience);
            }
        }
    }

    private sealed class FailingDataset(IPuzzleDataset inner) : IPuzzleDataset
    {
        private int _reads;

        public int SequenceLength => inner.SequenceLength;

        public int VocabularySize => inner.VocabularySize;

        public int PuzzleIdCount => inner.PuzzleIdCount;

        public int ExampleCount => inner.ExampleCount;

        public IReadOnlyList<int> PuzzleOffsets => inner.PuzzleOffsets;

        public IReadOnlyList<int> GroupOffsets => inner.GroupOffsets;

        public IReadOnlyList<int> PuzzleIds => inner.PuzzleIds;

        public void Read(int example, Span<int> inputs, Span<int> labels)
        {
            if (++_reads > 10)
            {
                throw new HrmFileException("data", "could not be read");
            }

            inner.Read(example, inputs, labels);
        }
    }

    private sealed class RecordingLoggers : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _messages = new();

        public IEnumerable<string> Messages => _messages;

        public void Clear() => _messages.Clear();

        public async Task WaitFor(string start)
        {
            using var end = new CancellationTokenSource(Patience);
            while (!_messages.Any(message => message.StartsWith(start, StringComparison.Ordinal)))
            {
                try
                {
                    await Task.Delay(5, end.Token);
                }
                catch (OperationCanceledException)
                {
                    Assert.Fail($"expected '{start}', got: {string.Join("; ", _messages)}");
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => _messages.Enqueue(formatter(state, exception) + (exception is null ? string.Empty : $": {exception.GetType().Name}: {exception.Message}"));

        public void Dispose()
        {
        }
    }
}
