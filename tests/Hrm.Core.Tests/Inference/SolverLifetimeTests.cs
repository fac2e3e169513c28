using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>A solver with a full queue, cancelled requests, failing segments, and its disposal.</summary>
public sealed class SolverLifetimeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HrmModel _model = TinyModel.Create(Questions.Config, seed: 3);
    private readonly SolverQuestion[] _questions = Questions.Draw(10, seed: 5);
    private readonly ManualResetEventSlim _gate = new(true);
    private readonly IHaltingPolicy _gated;
    private int _decisions;

    public SolverLifetimeTests() => _gated = new ScriptedHalting(
        state =>
        {
            Interlocked.Increment(ref _decisions);
            _gate.Wait(Patience);
            return state.Segments >= 2 ? HaltReason.Maximum : HaltReason.None;
        });

    public void Dispose()
    {
        _gate.Set();
        _model.Dispose();
        _gate.Dispose();
    }

    [Fact]
    public async Task A_full_queue_rejects_if_the_options_say_so()
    {
        _gate.Reset();
        using var solver = new HrmSolver(_model, _gated, new SolverOptions { MaxBatchSize = 1, MaxQueueLength = 2, RejectWhenFull = true });
        var running = Ask(solver, 0);
        await HrmSolverTests.Eventually(() => solver.Statistics.Waiting == 0);
        Task<SolverAnswer>[] waiting = [Ask(solver, 1), Ask(solver, 2)];
        solver.Statistics.Waiting.Should().Be(2);
        var error = (await solver.Awaiting(it => Ask(it, 3)).Should().ThrowAsync<SolverBusyException>()).Which;
        error.RetryAfter.Should().Be(TimeSpan.FromSeconds(1), "the speed is not known yet");
        error.Message.Should().Be("queue: expected room for a puzzle, got 2 waiting; try again in 1 s.");
        _gate.Set();
        await Task.WhenAll([running, .. waiting]);
        (await Ask(solver, 3)).Segments.Should().Be(2);
    }

    /// <summary>Many callers wait for room while the solver closes, and the pool has few threads for their continuations.</summary>
    [Fact]
    public async Task Dispose_ends_every_wait_for_room()
    {
        for (var round = 0; round < 20; round++)
        {
            _gate.Reset();
            var solver = new HrmSolver(_model, _gated, new SolverOptions { MaxBatchSize = 1, MaxQueueLength = 1 });
            var asked = Enumerable.Range(0, 40).Select(i => Ask(solver, i % 10)).ToArray();
            var busy = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() => Thread.Sleep(5))).ToArray();
            _gate.Set();
            solver.Dispose();
            var all = Task.WhenAll(asked);
            (await Task.WhenAny(all, Task.Delay(Patience))).Should().BeSameAs(all, "round {0}", round);
            asked.Where(task => task.IsFaulted).Should().NotBeEmpty().And.OnlyContain(task => task.Exception!.InnerException is ObjectDisposedException);
            await Task.WhenAll(busy);
        }
    }

    /// <summary>A double free ends the process or makes the count of tensors fall too far.</summary>
    [Fact]
    public void Concurrent_Dispose_calls_free_the_model_once()
    {
        using var folder = new TemporaryFolder();
        _model.Save(folder.Path);
        var expected = LiveAfterDisposalBy(threads: 1);
        for (var round = 0; round < 50; round++)
        {
            LiveAfterDisposalBy(threads: 4).Should().Be(expected, "round {0}", round);
        }

        long LiveAfterDisposalBy(int threads)
        {
            var before = LiveTensors();
            var solver = HrmSolver.Load(folder.Path, halting: _gated);
            using var start = new Barrier(threads);
            var disposals = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
            {
                start.SignalAndWait();
                solver.Dispose();
            })).ToArray();
            Array.ForEach(disposals, thread => thread.Start());
            Array.ForEach(disposals, thread => thread.Join());
            return Tensor.TotalCount - before;
        }
    }

    /// <summary>The halt-only loss does not train the value of continuing.</summary>
    [Theory]
    [InlineData(-1f, 4)]
    [InlineData(1f, 1)]
    public void Without_a_value_of_continuing_the_default_stops_if_q_halt_is_positive(float bias, int segments)
    {
        using var model = TinyModel.Create(Questions.Config, seed: 3);
        using (no_grad())
        {
            var parameters = model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
            parameters["q_head.weight"].zero_();
            parameters["q_head.weight"][0, 0].fill_(1e-3f);
            parameters["q_head.bias"][0].fill_(bias);
            parameters["q_head.bias"][1].fill_(-5);
        }

        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 4 });
        solver.Solve(_questions[0].Tokens.Span, _questions[0].PuzzleId).Segments.Should().Be(segments);
    }

    /// <summary>The running segment continues, so the worker has not removed the cancelled request yet.</summary>
    [Fact]
    public async Task A_cancelled_request_in_the_queue_leaves_its_room_to_the_next()
    {
        _gate.Reset();
        using var solver = new HrmSolver(_model, _gated, new SolverOptions { MaxBatchSize = 1, MaxQueueLength = 1, RejectWhenFull = true });
        var running = Ask(solver, 0);
        await HrmSolverTests.Eventually(() => Volatile.Read(ref _decisions) == 1);
        using var cancellation = new CancellationTokenSource();
        var waiting = Ask(solver, 1, cancellation.Token);
        await solver.Awaiting(it => Ask(it, 2)).Should().ThrowAsync<SolverBusyException>();
        await cancellation.CancelAsync();
        await waiting.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        var newcomer = Ask(solver, 2);
        _gate.Set();
        await Task.WhenAll(running, newcomer);
    }

    /// <summary>Every thread of the pool waits for an answer: none is left for a continuation.</summary>
    [Fact]
    public async Task A_blocking_call_needs_no_other_thread_of_the_pool()
    {
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never, MaxBatchSize = 1, MaxQueueLength = 1 });
        var answers = Enumerable.Range(0, 64).Select(i => Task.Run(() => i % 2 == 0
            ? solver.Solve(_questions[0].Tokens.Span, _questions[0].PuzzleId).Segments
            : solver.Trace(_questions[0].Tokens.Span, _questions[0].PuzzleId).Count));
        (await Task.WhenAll(answers).WaitAsync(TimeSpan.FromSeconds(8))).Should().OnlyContain(segments => segments == 1);
    }

    [Fact]
    public async Task A_cancelled_request_frees_its_place_in_the_queue_and_in_the_batch()
    {
        _gate.Reset();
        using var solver = new HrmSolver(_model, _gated, new SolverOptions { MaxBatchSize = 1, MaxQueueLength = 1, RejectWhenFull = true });
        using var cancellation = new CancellationTokenSource();
        var running = Ask(solver, 0, cancellation.Token);
        await HrmSolverTests.Eventually(() => Volatile.Read(ref _decisions) == 1);
        var waiting = Ask(solver, 1, cancellation.Token);
        await cancellation.CancelAsync();

        // The callers are notified immediately; the places are free from the next segment on.
        await running.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        await waiting.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        solver.Statistics.Waiting.Should().Be(1);
        _gate.Set();
        await HrmSolverTests.Eventually(() => solver.Statistics.Waiting == 0);
        (await Ask(solver, 2)).Segments.Should().Be(2);

        // The first had run one segment when it was removed, the second none.
        solver.Statistics.Should().Be(new SolverStatistics(Solved: 1, Segments: 3, RowSegments: 3, Running: 0, Waiting: 0));
    }

    [Fact]
    public async Task A_request_that_waits_for_room_can_be_cancelled()
    {
        _gate.Reset();
        using var solver = new HrmSolver(_model, _gated, new SolverOptions { MaxBatchSize = 1, MaxQueueLength = 1 });
        using var cancellation = new CancellationTokenSource();
        var first = Ask(solver, 0);
        await HrmSolverTests.Eventually(() => solver.Statistics.Waiting == 0);
        var second = Ask(solver, 1);
        var third = Ask(solver, 2, cancellation.Token);
        await cancellation.CancelAsync();
        (await third.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(cancellation.Token);
        _gate.Set();
        await Task.WhenAll(first, second);
        solver.Statistics.Solved.Should().Be(2);
    }

    [Fact]
    public async Task A_failing_segment_fails_its_requests_and_the_solver_continues()
    {
        var fails = true;
        var halting = new ScriptedHalting(_ => Volatile.Read(ref fails) ? throw new TimeoutException("policy") : HaltReason.Stable);
        using var solver = new HrmSolver(_model, halting);
        await solver.Awaiting(it => Ask(it, 0)).Should().ThrowAsync<TimeoutException>();
        solver.Invoking(it => it.Trace(_questions[0].Tokens.Span)).Should().Throw<TimeoutException>();
        Volatile.Write(ref fails, false);
        (await Ask(solver, 0)).Reason.Should().Be(HaltReason.Stable);
        solver.Statistics.Running.Should().Be(0);
    }

    [Fact]
    public async Task Dispose_fails_pending_requests_and_rejects_later_ones()
    {
        _gate.Reset();
        var solver = new HrmSolver(_model, new ScriptedHalting(_ => _gate.Wait(Patience) ? HaltReason.None : HaltReason.None), new SolverOptions { MaxSegments = 65536, MaxBatchSize = 1, MaxQueueLength = 1 });
        var running = Ask(solver, 0);
        await HrmSolverTests.Eventually(() => solver.Statistics.Waiting == 0);
        var waiting = Ask(solver, 1);
        var outside = Ask(solver, 2);
        var disposing = Task.Run(solver.Dispose);
        await outside.Awaiting(it => it).Should().ThrowAsync<ObjectDisposedException>();
        await waiting.Awaiting(it => it).Should().ThrowAsync<ObjectDisposedException>();
        _gate.Set();
        await disposing.WaitAsync(Patience);
        await running.Awaiting(it => it).Should().ThrowAsync<ObjectDisposedException>();
        await solver.Awaiting(it => Ask(it, 0)).Should().ThrowAsync<ObjectDisposedException>();
        solver.IsAwake.Should().BeFalse();
        solver.Dispose();
    }

    /// <summary>Each of these calls would wait for its own thread, on which modules and observers also run.</summary>
    [Theory]
    [InlineData("Solve")]
    [InlineData("SolveAsync")]
    [InlineData("Trace")]
    [InlineData("TraceAsync")]
    [InlineData("think")]
    [InlineData("Dispose")]
    [InlineData("dispose the model")]
    [InlineData("observe")]
    public async Task A_policy_or_an_observer_that_calls_the_solver_gets_an_exception(string call)
    {
        HrmSolver? solver = null;
        var tokens = _questions[0].Tokens;
        using var owned = new HrmSolver(_model, new ScriptedHalting(_ =>
        {
            object? called = call switch
            {
                "Solve" => solver!.Solve(tokens.Span),
                "SolveAsync" => solver!.SolveAsync(tokens).GetAwaiter().GetResult(),
                "Trace" => solver!.Trace(tokens.Span),
                "TraceAsync" => solver!.TraceAsync(tokens).GetAsyncEnumerator().MoveNextAsync().AsTask().GetAwaiter().GetResult(),
                "think" => new ThinkingSolver(solver!, new ThinkingOptions()).Solve(tokens.Span),
                _ => null,
            };
            called.Should().BeNull("the call threw");
            (call == "Dispose" ? (IDisposable)solver! : _model).Dispose();
            return HaltReason.Maximum;
        }));
        solver = owned;
        _model.Recurrence.Updated = call == "observe" ? _ => solver.Solve(tokens.Span) : null;
        (await solver.Awaiting(it => Ask(it, 0).WaitAsync(Patience)).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage(call == "dispose the model" ? "HrmModel.Dispose: expected a call after the model's work, *" : "HrmSolver: expected a call from another thread, *");
        solver.Statistics.Running.Should().Be(0);
    }

    /// <summary>The solver owns the model, or is used after its model was disposed.</summary>
    [Theory]
    [InlineData(nameof(HrmSolver))]
    [InlineData(nameof(HrmModel))]
    public async Task Every_Dispose_waits_for_the_segment_and_fails_the_requests(string disposed)
    {
        using var model = TinyModel.Create(Questions.Config, seed: 3);
        _gate.Reset();
        using var solver = new HrmSolver(new TorchModel(model), ownsModel: disposed == nameof(HrmSolver), new SolverOptions { MaxBatchSize = 1 }, _ => _gated, idleTime: Patience);
        Task<SolverAnswer>[] requests = [Ask(solver, 0), Ask(solver, 1)];
        await HrmSolverTests.Eventually(() => Volatile.Read(ref _decisions) > 0);
        IDisposable owner = disposed == nameof(HrmSolver) ? solver : model;
        Task[] disposals = [Task.Run(owner.Dispose), Task.Run(owner.Dispose)];
        await Task.Delay(100);
        disposals.Should().OnlyContain(disposal => !disposal.IsCompleted, "the segment still runs");
        _gate.Set();
        await Task.WhenAll(disposals).WaitAsync(Patience);
        foreach (var request in (Task<SolverAnswer>[])[.. requests, Ask(solver, 2)])
        {
            (await request.Awaiting(it => it.WaitAsync(Patience)).Should().ThrowAsync<ObjectDisposedException>())
                .Which.ObjectName.Should().Contain(disposed);
        }

        solver.Statistics.Running.Should().Be(0);
    }

    /// <summary>With the weights freed at any moment of a segment, one process in four ended with a segmentation fault.</summary>
    [Fact]
    public async Task A_model_may_be_disposed_at_any_moment_of_a_segment()
    {
        for (var round = 0; round < 40; round++)
        {
            using var model = TinyModel.Create(Questions.Config, seed: 3);
            using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 65536, Rule = HaltingRule.Never });
            var answers = Enumerable.Range(0, 4).Select(question => Ask(solver, question)).ToArray();
            await HrmSolverTests.Eventually(() => solver.Statistics.Segments > 0);
            Thread.SpinWait(round * 2_000);
            model.Dispose();
            foreach (var answer in answers)
            {
                await answer.Awaiting(it => it.WaitAsync(Patience)).Should().ThrowAsync<ObjectDisposedException>();
            }
        }
    }

    [Fact]
    public void A_disposed_model_throws()
    {
        using var batch = TinyModel.Batch();
        using var folder = new TemporaryFolder();
        var model = TinyModel.Create();
        using var carry = model.InitialCarry(3);
        model.Dispose();
        model.Dispose();
        Action[] uses =
        [
            () => model.call(carry, batch),
            () => model.InitialCarry(3),
            () => model.ResetCarry(carry, tensor([true, true, true])),
            () => model.Save(folder.Path),
            () => _ = model.Device,
            () => new HrmSolver(model).Dispose(),
            () => new HrmSolver(model, options: new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never }).Solve(TinyModel.Batch(1).Inputs.data<int>().ToArray()),
        ];
        uses.Should().AllSatisfy(use => use.Should().Throw<ObjectDisposedException>().Which.ObjectName.Should().Contain(nameof(HrmModel)));
    }

    [Fact]
    public async Task An_idle_solver_holds_no_thread_and_resumes()
    {
        using var solver = new HrmSolver(new TorchModel(_model), ownsModel: false, new SolverOptions { MaxSegments = 1 }, _ => null, idleTime: TimeSpan.FromMilliseconds(20));
        solver.IsAwake.Should().BeFalse();
        for (var i = 0; i < 5; i++)
        {
            (await Ask(solver, i)).Segments.Should().Be(1);
            await HrmSolverTests.Eventually(() => !solver.IsAwake);
        }
    }

    /// <summary>The worker often leaves at the moment when a request arrives.</summary>
    [Fact]
    public async Task No_request_is_lost_when_the_worker_leaves()
    {
        using var solver = new HrmSolver(new TorchModel(_model), ownsModel: false, new SolverOptions { MaxSegments = 1 }, _ => null, idleTime: TimeSpan.FromTicks(1));
        for (var i = 0; i < 500; i++)
        {
            (await Ask(solver, i % _questions.Length).WaitAsync(Patience)).Segments.Should().Be(1);
        }
    }

    [Fact]
    public async Task Solving_leaks_no_tensors()
    {
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 2, Rule = HaltingRule.Never, MaxBatchSize = 3, KeepLogits = true });
        await Round();
        TensorLeak.Check(() => Round().GetAwaiter().GetResult(), steps: 20);

        async Task Round()
        {
            await Task.WhenAll(_questions.Select(question => solver.SolveAsync(question.Tokens, question.PuzzleId)));
            solver.Trace(_questions[0].Tokens.Span).Should().HaveCount(2);
            await HrmSolverTests.Eventually(() => solver.Statistics.Running == 0);
        }
    }

    [Fact]
    public void Failed_and_disposed_solvers_leak_no_tensors()
    {
        TensorLeak.Check(
            () =>
            {
                var solver = new HrmSolver(_model, new ScriptedHalting(state => state.Segments > 1 ? throw new TimeoutException() : HaltReason.None));
                solver.Invoking(it => it.Solve(_questions[0].Tokens.Span)).Should().Throw<TimeoutException>();
                var endless = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 65536, Rule = HaltingRule.Never });
                var running = endless.SolveAsync(_questions[0].Tokens);
                SpinWait.SpinUntil(() => endless.Statistics.RowSegments > 0, Patience).Should().BeTrue();
                endless.Dispose();
                running.Invoking(it => it.WaitAsync(Patience).GetAwaiter().GetResult()).Should().Throw<ObjectDisposedException>();
                solver.Dispose();
            },
            steps: 10);
    }

    [Fact]
    public void A_loaded_solver_frees_its_model()
    {
        using var folder = new TemporaryFolder();
        _model.Save(folder["model"]);

        // Loading a model leaves counted wrappers: compare with that.
        var ofModels = Growth(() => HrmModel.Load(folder["model"]).Dispose());
        var ofSolvers = Growth(() =>
        {
            using var solver = HrmSolver.Load(folder["model"], new SolverOptions { MaxSegments = 2, Rule = HaltingRule.Never });
            solver.Solve(_questions[0].Tokens.Span).Segments.Should().Be(2);
        });
        ofSolvers.Should().Be(ofModels);

        static long Growth(Action use)
        {
            use();
            var before = LiveTensors();
            use();
            use();
            return LiveTensors() - before;
        }

    }

    private static long LiveTensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }

    private Task<SolverAnswer> Ask(HrmSolver solver, int question, CancellationToken cancellationToken = default)
        => solver.SolveAsync(_questions[question].Tokens, _questions[question].PuzzleId, cancellationToken);
}
