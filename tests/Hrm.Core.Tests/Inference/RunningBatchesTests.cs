using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>A solver that runs several batches at once.</summary>
public sealed class RunningBatchesTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HrmModel _model = TinyModel.Create(Questions.Config, seed: 3);
    private readonly SolverQuestion[] _questions = Questions.Draw(40, seed: 5);

    /// <summary>The number of libtorch's threads in the last segment of each thread of the solver.</summary>
    private readonly ConcurrentDictionary<Thread, int> _threads = new();

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_request_is_answered_once_by_one_of_the_batches(int batches)
    {
        const int Segments = 3;
        using var scope = NewDisposeScope();
        var expected = Questions.RunTogether(_model, _questions, Segments)[^1].Logits.argmax(-1).to_type(ScalarType.Int32); // [40, S]
        using var together = new CountdownEvent(batches);
        using var solver = Create(batches, Segments, maxBatchSize: 16, () => together.Signal() || together.Wait(Patience));
        var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(() => Ask(solver, i % 40))));
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i].Tokens.Should().Equal(expected[i % 40].data<int>().ToArray());
        }

        together.IsSet.Should().BeTrue("all batches ran at once");
        _threads.Should().HaveCount(batches);
        solver.Statistics.Should().Match<SolverStatistics>(it => it.Solved == 400 && it.RowSegments == 400 * Segments && it.Running + it.Waiting == 0);
        solver.Statistics.Segments.Should().BeInRange(400 * Segments / 16, 400 * Segments / 2, "rows share segments");
    }

    [Fact]
    public async Task Batches_share_the_threads_of_libtorch_and_a_single_one_uses_all()
    {
        var all = get_num_threads();
        var config = Questions.Config with { SwiGluInnerWidth = (int)((1 << 25) / (Questions.Config.TokenCount * Questions.Config.HiddenSize)) + 1 };
        using var large = TinyModel.Create(config, seed: 3);
        using var solver = Create(batches: 2, segments: 65536, model: large);
        using var stop = new CancellationTokenSource();
        using var stopLast = new CancellationTokenSource();
        var last = Ask(solver, 0, stopLast.Token);
        await HrmSolverTests.Eventually(() => Uses(all));
        var others = Enumerable.Range(1, 5).Select(question => Ask(solver, question, stop.Token)).ToArray();
        await HrmSolverTests.Eventually(() => Uses(Math.Max(1, all / 2), Math.Max(1, all / 2)));
        NumberOfNewThread().Should().Be(all);
        get_num_threads().Should().Be(all);
        await stop.CancelAsync();
        await HrmSolverTests.Eventually(() => solver.Statistics is { Running: 1, Waiting: 0 });
        _threads.Clear();
        await HrmSolverTests.Eventually(() => Uses(all));
        await stopLast.CancelAsync();
        foreach (var request in others.Append(last))
        {
            await request.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        }

        bool Uses(params int[] numbers) => _threads.Values.Order().SequenceEqual(numbers);
    }

    [Fact]
    public async Task Small_products_use_one_thread()
    {
        using var solver = Create(batches: 1, segments: 2);
        await Ask(solver, 0);
        _threads.Values.Should().Equal(1);
    }

    [Fact]
    public async Task A_cancelled_request_leaves_either_batch()
    {
        using var solver = Create(batches: 2, segments: 65536);
        var stops = Enumerable.Range(0, 8).Select(_ => new CancellationTokenSource()).ToArray();
        var requests = stops.Select((stop, question) => Ask(solver, question, stop.Token)).ToArray();
        await HrmSolverTests.Eventually(() => _threads.Count == 2 && solver.Statistics.Running == 8);
        for (var i = 0; i < stops.Length; i++)
        {
            await stops[i].CancelAsync();
            await requests[i].Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
            await HrmSolverTests.Eventually(() => solver.Statistics.Running == 7 - i);
            stops[i].Dispose();
        }
    }

    [Fact]
    public async Task Dispose_ends_every_batch_and_its_thread()
    {
        var solver = Create(batches: 3, segments: 65536);
        var requests = Enumerable.Range(0, 40).Select(question => Ask(solver, question)).ToArray();
        await HrmSolverTests.Eventually(() => _threads.Count == 3);
        solver.Dispose();
        _threads.Keys.Should().OnlyContain(thread => !thread.IsAlive);
        solver.IsAwake.Should().BeFalse();
        solver.Statistics.Should().Match<SolverStatistics>(it => it.Running + it.Waiting == 0);
        foreach (var request in requests)
        {
            await request.Awaiting(it => it).Should().ThrowAsync<ObjectDisposedException>();
        }
    }

    [Fact]
    public async Task A_failing_batch_leaves_the_other_alone()
    {
        var first = 0;
        using var solver = Create(batches: 2, segments: 50, before: () => Interlocked.Exchange(ref first, 1) == 0 ? throw new TimeoutException() : true);
        var requests = Enumerable.Range(0, 40).Select(question => Ask(solver, question)).ToArray();
        await FluentActions.Awaiting(() => Task.WhenAll(requests)).Should().ThrowAsync<TimeoutException>();
        requests.Should().Contain(request => request.IsFaulted).And.Contain(request => request.IsCompletedSuccessfully);
        solver.Statistics.Solved.Should().Be(requests.Count(request => request.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task Idle_workers_leave()
    {
        using var solver = Create(batches: 3, segments: 2, idleTime: TimeSpan.FromMilliseconds(20));
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 40).Select(question => Ask(solver, question))).WaitAsync(Patience);
            await HrmSolverTests.Eventually(() => !solver.IsAwake && _threads.Keys.All(thread => !thread.IsAlive));
        }
    }

    [Fact]
    public void Each_batch_takes_its_share_of_the_requests()
    {
        using var solver = new HrmSolver(_model);
        using var hold = solver.Hold();
        var started = new List<int>();
        var queue = new RequestQueue(capacity: 100, batches: 3, maxRows: 8, TimeSpan.FromTicks(1), started.Add);
        Fill(3);
        started.Should().Equal([0], "another batch needs two rows");
        Take(0, rows: 0).Should().Be(3);
        Take(1, rows: 0).Should().Be(null, "no request waits");
        Fill(1);
        started.Should().Equal(0, 1);
        Take(0, rows: 3).Should().Be(0, "its share is two");
        Take(1, rows: 0).Should().Be(1);
        Fill(10);
        started.Should().Equal(0, 1, 2);
        Take(2, rows: 0).Should().Be(3);
        Take(1, rows: 1).Should().Be(1, "eight rows run");
        Take(0, rows: 0).Should().Be(3);
        queue.RunningBatches.Should().Be(3);
        Take(1, rows: 2).Should().Be(0);
        Take(2, rows: 0).Should().Be(3);
        queue.Count.Should().Be(0);

        int? Take(int batch, int rows) => queue.Take(batch, rows)?.Length;

        void Fill(int count)
        {
            for (var i = 0; i < count; i++)
            {
                queue.TryAdd(new SolverRequest(hold.Model, _questions[i].Tokens.ToArray(), 0, maxSegments: 1)).Should().BeTrue();
            }
        }
    }

    /// <summary>Creates a solver whose policy never stops a puzzle.</summary>
    /// <param name="batches">The largest number of running batches.</param>
    /// <param name="segments">The number of segments of each puzzle.</param>
    /// <param name="maxBatchSize">The largest number of rows.</param>
    /// <param name="before">Called at the first decision of each thread.</param>
    /// <param name="idleTime">The time after which an idle thread leaves.</param>
    private HrmSolver Create(int batches, int segments, int maxBatchSize = 64, Func<bool>? before = null, TimeSpan? idleTime = null, HrmModel? model = null)
    {
        var halting = new ScriptedHalting(_ =>
        {
            var isFirst = !_threads.ContainsKey(Thread.CurrentThread);
            _threads[Thread.CurrentThread] = get_num_threads();
            (!isFirst || before?.Invoke() != false).Should().BeTrue();
            return HaltReason.None;
        });
        var options = new SolverOptions { RunningBatches = batches, MaxSegments = segments, MaxBatchSize = maxBatchSize };
        return new HrmSolver(new TorchModel(model ?? _model), ownsModel: false, options, _ => halting, idleTime: idleTime ?? Patience);
    }

    private Task<SolverAnswer> Ask(HrmSolver solver, int question, CancellationToken cancellationToken = default)
        => solver.SolveAsync(_questions[question].Tokens, _questions[question].PuzzleId, cancellationToken);

    private static int NumberOfNewThread()
    {
        var number = 0;
        var thread = new Thread(() => number = get_num_threads());
        thread.Start();
        thread.Join();
        return number;
    }
}
