using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Hrm.TestKit;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>A solver that changes its model while requests run, wait and arrive.</summary>
public sealed class SolverSwapTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly SolverOptions TwoSegments = new() { MaxSegments = 2, Rule = HaltingRule.Never };
    private static readonly SolverOptions Endless = new() { MaxSegments = 65536, Rule = HaltingRule.Never };

    private readonly TemporaryFolder _folder = new();
    private readonly SolverQuestion[] _questions = Questions.Draw(6, seed: 5);
    private readonly HrmModel[] _models = [TinyModel.Create(Questions.Config, seed: 3), TinyModel.Create(Questions.Config, seed: 4)];
    private readonly int[][][] _answers; // [model][question]
    private readonly ManualResetEventSlim _gate = new(true);
    private readonly ConcurrentDictionary<Thread, bool> _threads = new();
    private readonly IHaltingPolicy _gated;

    public SolverSwapTests()
    {
        _gated = new ScriptedHalting(_ =>
        {
            _threads[Thread.CurrentThread] = true;
            _gate.Wait(Patience);
            return HaltReason.None;
        });
        _models[0].Save(_folder["0"]);
        _models[1].Save(_folder["1"]);
        _answers = [.. _models.Select(model =>
        {
            using var solver = new HrmSolver(model, options: TwoSegments);
            return _questions.Select(question => solver.Solve(question.Tokens.Span, question.PuzzleId).Tokens).ToArray();
        })];
        _answers[0].Zip(_answers[1]).Should().AllSatisfy(pair => pair.First.Should().NotEqual(pair.Second));
    }

    public void Dispose()
    {
        _gate.Set();
        Array.ForEach(_models, model => model.Dispose());
        _gate.Dispose();
        _folder.Dispose();
    }

    /// <summary>32 clients and 20 swaps: no request fails, each has the answer of a model that served during it, and nothing stays behind.</summary>
    [Fact]
    public async Task Swaps_under_load_lose_no_request_and_leak_nothing()
    {
        // Loading a model leaves counted wrappers: compare with that.
        var ofModels = Growth(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                HrmModel.Load(_folder["1"]).Dispose();
            }
        });
        using var solver = new HrmSolver(_models[0], _gated, TwoSegments);
        var (started, completed, solved, exact) = (0, 0, 0, 0);
        var ofSwaps = Growth(() => SwapUnderLoad().GetAwaiter().GetResult());

        ofSwaps.Should().Be(ofModels);
        solver.Statistics.Solved.Should().Be(solved);
        solver.Statistics.RowSegments.Should().Be(2 * solved);
        exact.Should().BePositive().And.BeLessThan(solved, "requests also ran during swaps");
        await Ask(solver, 0);
        await HrmSolverTests.Eventually(() => _threads.Keys.Count(thread => thread.IsAlive) <= Environment.ProcessorCount);

        async Task SwapUnderLoad()
        {
            using var stop = new CancellationTokenSource();
            var clients = Enumerable.Range(0, 32).Select(client => Task.Run(() => AskUntil(client, stop.Token))).ToArray();
            for (var swap = 0; swap < 20; swap++)
            {
                Interlocked.Increment(ref started);
                await solver.SwapAsync(_folder[$"{(swap + 1) % 2}"]);
                Interlocked.Increment(ref completed);
                solver.ModelName.Should().Be($"{(swap + 1) % 2}");
                (await Ask(solver, swap % 6)).Tokens.Should().Equal(_answers[(swap + 1) % 2][swap % 6], "the task of the swap has ended");
                Interlocked.Increment(ref solved);
                await Task.Delay(5);
            }

            await stop.CancelAsync();
            await Task.WhenAll(clients).WaitAsync(Patience);
            await solver.DrainAsync().WaitAsync(Patience);
        }

        async Task AskUntil(int client, CancellationToken stop)
        {
            for (var i = client; !stop.IsCancellationRequested; i++)
            {
                var before = Volatile.Read(ref completed);
                var answer = (await Ask(solver, i % 6).WaitAsync(Patience, CancellationToken.None)).Tokens;
                var ofModel = _answers.Select(answers => answers[i % 6].SequenceEqual(answer)).ToArray();
                ofModel.Should().Contain(true, "it is the answer of one of the models");
                if (Volatile.Read(ref started) == before)
                {
                    ofModel[before % 2].Should().BeTrue("no swap ran meanwhile");
                    Interlocked.Increment(ref exact);
                }

                Interlocked.Increment(ref solved);
            }
        }

        static long Growth(Action use)
        {
            use();
            var before = Live();
            use();
            return Live() - before;
        }

        static long Live()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Tensor.TotalCount;
        }
    }

    [Fact]
    public async Task Requests_before_a_swap_are_answered_by_the_old_model_which_is_then_freed()
    {
        using var solver = new HrmSolver(new TorchModel(Own(0)), ownsModel: true, new SolverOptions { MaxSegments = 2, MaxBatchSize = 1, MaxQueueLength = 1 }, _ => _gated);
        var old = ModelOf(solver);
        _gate.Reset();
        var before = Enumerable.Range(0, 3).Select(question => Ask(solver, question)).ToArray(); // running, waiting, waiting for room
        await HrmSolverTests.Eventually(() => solver.Statistics is { Running: 1, Waiting: 1 });

        await solver.SwapAsync(_models[1], ownsModel: false).WaitAsync(Patience);

        solver.ModelName.Should().Be("unnamed");
        var after = Ask(solver, 0);
        var drained = solver.DrainAsync();
        await Task.Delay(50);
        drained.IsCompleted.Should().BeFalse("the old model has requests");
        old.InitialCarry(1).Dispose();
        _gate.Set();
        for (var question = 0; question < 3; question++)
        {
            (await before[question]).Tokens.Should().Equal(_answers[0][question]);
        }

        (await after).Tokens.Should().Equal(_answers[1][0]);
        await drained.WaitAsync(Patience);
        old.Invoking(it => it.InitialCarry(1)).Should().Throw<ObjectDisposedException>();
        solver.Statistics.Should().BeEquivalentTo(new { Solved = 4, RowSegments = 8, Running = 0, Waiting = 0 });
        solver.DrainAsync().IsCompletedSuccessfully.Should().BeTrue();
    }

    [Theory]
    [InlineData("missing", typeof(HrmFileException))]
    [InlineData("damaged", typeof(HrmFormatException))]
    [InlineData("longer", typeof(ShapeMismatchException))]
    [InlineData("vocabulary", typeof(ShapeMismatchException))]
    public async Task A_failed_swap_leaves_the_old_model(string fault, Type error)
    {
        using (var other = TinyModel.Create(fault == "longer" ? Questions.Config with { SequenceLength = 17 } : Questions.Config with { VocabularySize = 8 }))
        {
            other.Save(_folder[fault]);
        }

        if (fault == "missing")
        {
            File.Delete(_folder["missing/model.safetensors"]);
        }
        else if (fault == "damaged")
        {
            File.WriteAllBytes(_folder["damaged/model.safetensors"], File.ReadAllBytes(_folder["damaged/model.safetensors"])[..500]);
        }

        HrmModel? created = null;
        using var solver = HrmSolver.Load(_folder["0"], TwoSegments, _ => null, new ScriptedSource(folder => created = HrmModel.Load(folder)));
        var first = created;
        (await solver.Awaiting(it => it.SwapAsync(_folder[fault])).Should().ThrowAsync<Exception>()).Which.Should().BeOfType(error);

        if (error == typeof(ShapeMismatchException))
        {
            created.Should().NotBeSameAs(first);
            created!.Invoking(it => it.InitialCarry(1)).Should().Throw<ObjectDisposedException>();
        }

        solver.ModelName.Should().Be("0");
        (await Ask(solver, 0)).Tokens.Should().Equal(_answers[0][0]);
        await solver.SwapAsync(_folder["1"]);
        (await Ask(solver, 0)).Tokens.Should().Equal(_answers[1][0]);
    }

    [Fact]
    public async Task A_model_that_does_not_fit_or_is_owned_already_stays_with_the_caller()
    {
        using var longer = TinyModel.Create(Questions.Config with { SequenceLength = 17 });
        var owned = Own(1);
        using var solver = new HrmSolver(_models[0], options: TwoSegments);
        (await solver.Awaiting(it => it.SwapAsync(longer, ownsModel: true)).Should().ThrowAsync<ShapeMismatchException>())
            .WithMessage("model: expected 16 tokens of a vocabulary of 7, as the solver's model has, got 17 of 7.");
        longer.InitialCarry(1).Dispose();
        await solver.Awaiting(it => it.SwapAsync(_models[0], ownsModel: true)).Should().ThrowAsync<ArgumentException>().WithParameterName("model");

        await solver.SwapAsync(owned, ownsModel: true);
        await solver.Awaiting(it => it.SwapAsync(owned, ownsModel: true)).Should().ThrowAsync<ArgumentException>().WithParameterName("model");

        // Back to a model of the caller, which may still be in use.
        await solver.SwapAsync(_models[0], ownsModel: false);
        (await Ask(solver, 0)).Tokens.Should().Equal(_answers[0][0]);
        await solver.DrainAsync();
        _models[0].InitialCarry(1).Dispose();
    }

    [Fact]
    public async Task Counts_of_many_models_are_complete_and_bounded()
    {
        using var solver = new HrmSolver(_models[0], options: TwoSegments);
        var names = new HashSet<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, it) => Enable(it, instrument) };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => names.Add($"{tags.ToArray().First(tag => tag.Key == "hrm.model.name").Value}"));
        listener.Start();
        for (var model = 0; model < 70; model++)
        {
            _models[1].Name = $"counted {model}";
            await solver.SwapAsync(_models[1], ownsModel: false);
            await Ask(solver, 0);
        }

        await solver.DrainAsync();
        listener.RecordObservableInstruments();
        solver.Statistics.Solved.Should().Be(70);
        names.Where(name => name.StartsWith("counted", StringComparison.Ordinal)).Should().HaveCountLessThanOrEqualTo(65).And.Contain("counted 69").And.NotContain("counted 0");

        static void Enable(MeterListener listener, Instrument instrument)
        {
            if (instrument.Name == "hrm.solver.puzzles")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        }
    }

    [Fact]
    public async Task A_solver_of_own_modules_swaps_to_a_folder_with_its_function_and_dtype()
    {
        using var generator = new Generator(1);
        using var model = Create(Questions.Config);
        model.Save(_folder["own"]);
        using var recast = Create(Questions.Config with { ForwardDtype = ScalarType.BFloat16 });
        using var solver = new HrmSolver(recast, options: TwoSegments, create: Create);
        await solver.SwapAsync(_folder["own"]);
        solver.Config.Should().Be(recast.Config);
        (await Ask(solver, 0)).Segments.Should().Be(2);

        HrmModel Create(HrmConfig config) => new(config, new ToyLevel("h", 1, []), new ToyLevel("l", 0.5f, []), generator);
    }

    [Fact]
    public async Task Swaps_run_one_after_the_other_and_a_cancelled_one_changes_nothing()
    {
        _gate.Reset();
        var loads = new ConcurrentQueue<string>();
        using var solver = HrmSolver.Load(_folder["0"], TwoSegments, _ => null, new ScriptedSource(folder =>
        {
            loads.Enqueue(Path.GetFileName(folder));
            _gate.Wait(loads.Count > 1 ? Patience : TimeSpan.Zero);
            return HrmModel.Load(folder);
        }));
        using var cancellation = new CancellationTokenSource();
        var first = solver.SwapAsync(_folder["1"]);
        var second = solver.SwapAsync(_folder["0"], cancellation.Token);
        await HrmSolverTests.Eventually(() => loads.Count == 2);
        await Task.Delay(20);
        loads.Should().Equal("0", "1");
        await cancellation.CancelAsync();
        _gate.Set();

        await first;
        await second.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        loads.Should().HaveCount(2);
        solver.ModelName.Should().Be("1");
        await solver.SwapAsync(_folder["0"]);
        solver.ModelName.Should().Be("0");
    }

    [Fact]
    public async Task Dispose_ends_the_requests_of_every_model()
    {
        var models = (HrmModel[])[Own(0), Own(1)];
        var solver = new HrmSolver(new TorchModel(models[0]), ownsModel: true, Endless, _ => null);
        var first = Ask(solver, 0);
        await solver.SwapAsync(models[1], ownsModel: true);
        var second = Ask(solver, 0);
        await HrmSolverTests.Eventually(() => solver.Statistics.Running == 2);
        var drained = solver.DrainAsync();

        solver.Dispose();

        models.Should().AllSatisfy(model => model.Invoking(it => it.InitialCarry(1)).Should().Throw<ObjectDisposedException>());
        solver.IsAwake.Should().BeFalse();
        await first.Awaiting(it => it).Should().ThrowAsync<ObjectDisposedException>();
        await second.Awaiting(it => it).Should().ThrowAsync<ObjectDisposedException>();
        await drained.WaitAsync(Patience);
        await solver.Awaiting(it => it.SwapAsync(_folder["0"])).Should().ThrowAsync<ObjectDisposedException>();
        await solver.Awaiting(it => it.SwapAsync(_models[0], ownsModel: true)).Should().ThrowAsync<ObjectDisposedException>();
        _models[0].InitialCarry(1).Dispose();
    }

    [Fact]
    public async Task A_swap_whose_solver_is_disposed_meanwhile_frees_its_model()
    {
        _gate.Reset();
        HrmModel? created = null;
        var solver = HrmSolver.Load(_folder["0"], TwoSegments, _ => null, new ScriptedSource(folder =>
        {
            _gate.Wait(created is null ? TimeSpan.Zero : Patience);
            return created = HrmModel.Load(folder);
        }));
        var first = created;
        var swap = solver.SwapAsync(_folder["1"]);
        solver.Dispose();
        _gate.Set();

        await swap.Awaiting(it => it.WaitAsync(Patience)).Should().ThrowAsync<ObjectDisposedException>();
        created.Should().NotBeSameAs(first);
        created!.Invoking(it => it.InitialCarry(1)).Should().Throw<ObjectDisposedException>();
    }

    /// <summary>The meter of a solver that is never disposed stays in the list of all meters.</summary>
    [Fact]
    public void Instruments_do_not_keep_a_forgotten_solver()
    {
        var forgotten = Forget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        forgotten.TryGetTarget(out _).Should().BeFalse();

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference<HrmSolver> Forget() => new(new HrmSolver(_models[0]));
    }

    /// <summary>A policy of the caller stays; the default one depends on the weights.</summary>
    [Fact]
    public async Task The_default_policy_is_that_of_the_new_model()
    {
        using var haltOnly = TinyModel.Create(Questions.Config, seed: 4);
        using (no_grad())
        {
            haltOnly.state_dict()["q_head.weight"][1].zero_();
        }

        var state = new SegmentState(1, QHalt: 1, QContinue: 2);
        using var solver = new HrmSolver(_models[0]);
        Decide(solver).Should().Be(HaltReason.None, "the value of continuing is larger");
        solver.ModelRule.Should().Be(HaltingRule.HaltOverContinue);
        await solver.SwapAsync(haltOnly, ownsModel: false);
        Decide(solver).Should().Be(HaltReason.QValues, "the value of continuing was not trained");
        solver.ModelRule.Should().Be(HaltingRule.HaltPositive);

        using var own = new HrmSolver(_models[0], new StableHalting(1));
        await own.SwapAsync(haltOnly, ownsModel: false);
        Decide(own).Should().Be(HaltReason.None);

        HaltReason Decide(HrmSolver of)
        {
            using var hold = of.Hold();
            return hold.Model.Halting.Decide(state);
        }
    }

    [Fact]
    public async Task A_vote_over_a_swap_is_of_one_model()
    {
        var options = new ThinkingOptions { Starts = 6, NoiseDeviation = 0.01 };
        using var alone = new HrmSolver(_models[0], options: TwoSegments);
        var expected = await new ThinkingSolver(alone, options).SolveAsync(_questions[0].Tokens, _questions[0].PuzzleId);
        using var solver = new HrmSolver(new TorchModel(Own(0)), ownsModel: true, new SolverOptions { MaxSegments = 2, MaxBatchSize = 1, MaxQueueLength = 1 }, _ => _gated);
        _gate.Reset();
        var thinking = new ThinkingSolver(solver, options);
        var vote = thinking.SolveAsync(_questions[0].Tokens, _questions[0].PuzzleId);
        await HrmSolverTests.Eventually(() => solver.Statistics is { Running: 1, Waiting: 1 });
        await solver.SwapAsync(_models[1], ownsModel: false);
        _gate.Set();

        var answer = await vote.WaitAsync(Patience);
        (answer.Attempts, answer.Agreeing).Should().Be((expected.Attempts, expected.Agreeing));
        answer.Tokens.Should().Equal(expected.Tokens);
        answer.QHalt.Should().BeApproximately(expected.QHalt, 1e-5f);
        (await thinking.SolveAsync(_questions[0].Tokens, _questions[0].PuzzleId)).Tokens.Should().Equal(_answers[1][0]);
    }

    private static HrmModel ModelOf(HrmSolver solver)
    {
        using var hold = solver.Hold();
        return ((TorchModel)hold.Model.Model).Model;
    }

    private HrmModel Own(int model) => HrmModel.Load(_folder[$"{model}"]);

    private Task<SolverAnswer> Ask(HrmSolver solver, int question) => solver.SolveAsync(_questions[question].Tokens, _questions[question].PuzzleId);

    /// <summary>Loads models by a function.</summary>
    private sealed record ScriptedSource(Func<string, HrmModel> Script) : ModelSource
    {
        public override ISegmentModel Load(string folder) => new TorchModel(Script(folder));
    }
}
