using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class HrmSolverTests : IDisposable
{
    private readonly HrmModel _model = TinyModel.Create(Questions.Config, seed: 3);
    private readonly SolverQuestion[] _questions = Questions.Draw(40, seed: 5);
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Trace_returns_every_segment_and_Solve_the_last()
    {
        const int Segments = 4;
        using var scope = NewDisposeScope();
        var expected = Questions.RunTogether(_model, _questions[..1], Segments);
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = Segments, Rule = HaltingRule.Never });
        var trace = solver.Trace(_questions[0].Tokens.Span, _questions[0].PuzzleId);
        trace.Select(answer => answer.Segments).Should().Equal(1, 2, 3, 4);
        trace.Select(answer => answer.Reason != HaltReason.None).Should().Equal(false, false, false, true);
        for (var segment = 0; segment < Segments; segment++)
        {
            trace[segment].Tokens.Should().Equal(Tokens(expected[segment].Logits));
            trace[segment].QHalt.Should().Be(expected[segment].QHalt.item<float>());
            trace[segment].QContinue.Should().Be(expected[segment].QContinue.item<float>());
            trace[segment].HighResidual.Should().BePositive();
            trace[segment].LowResidual.Should().BePositive();
        }

        var last = trace[^1];
        var answer = solver.Solve(_questions[0].Tokens.Span, _questions[0].PuzzleId);
        answer.Should().Be(new SolverAnswer(last.Tokens, Segments, last.QHalt, last.QContinue, HaltReason.Maximum, Logits: null));
        answer.Confidence.Should().BeApproximately(expected[^1].QHalt.sigmoid().item<float>(), 1e-6);
    }

    /// <summary>Without a policy the paper's rule stops each puzzle.</summary>
    [Fact]
    public async Task The_default_policy_is_the_rule_of_the_paper()
    {
        const int Most = 6;
        using var scope = NewDisposeScope();
        var outputs = Questions.RunTogether(_model, _questions, Most);
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = Most });
        var answers = await Task.WhenAll(_questions.Select(question => solver.SolveAsync(question.Tokens, question.PuzzleId)));
        for (var row = 0; row < _questions.Length; row++)
        {
            var stop = Enumerable.Range(1, Most).FirstOrDefault(segment => Prefers(outputs[segment - 1], row), Most);
            answers[row].Segments.Should().Be(stop);
            answers[row].Reason.Should().Be(Prefers(outputs[stop - 1], row) ? HaltReason.QValues : HaltReason.Maximum);
            answers[row].Tokens.Should().Equal(Tokens(outputs[stop - 1].Logits[row]));
        }

        answers.Select(answer => answer.Reason).Distinct().Should().HaveCount(2);
        answers.Select(answer => answer.Segments).Distinct().Should().HaveCountGreaterThan(2);

        static bool Prefers(HrmOutput output, int row) => output.QHalt[row].item<float>() > output.QContinue[row].item<float>();
    }

    [Fact]
    public async Task Requests_of_many_threads_share_one_batch_and_get_their_own_answers()
    {
        using var scope = NewDisposeScope();
        var expected = Questions.RunTogether(_model, _questions, 5)[4];
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 5, Rule = HaltingRule.Never, MaxBatchSize = 16 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(
            () => solver.SolveAsync(_questions[i % _questions.Length].Tokens, _questions[i % _questions.Length].PuzzleId))));
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i].Tokens.Should().Equal(Tokens(expected.Logits[i % _questions.Length]));
        }

        var statistics = solver.Statistics;
        statistics.Solved.Should().Be(400);
        statistics.RowSegments.Should().Be(2000);
        statistics.Segments.Should().BeLessThan(1000, "they shared segments");
        (statistics.Running + statistics.Waiting).Should().Be(0);
    }

    [Fact]
    public async Task SolveMany_keeps_the_order_of_the_questions()
    {
        using var scope = NewDisposeScope();
        var expected = Questions.RunTogether(_model, _questions, 6);
        var calls = 0;

        // Rows stop at different segments, so later questions overtake earlier ones.
        var halting = new ScriptedHalting(state => Interlocked.Increment(ref calls) % 3 == 0 ? HaltReason.Stable : HaltReason.None);
        using var solver = new HrmSolver(_model, halting, new SolverOptions { MaxSegments = 6, MaxBatchSize = 4, MaxQueueLength = 6 });
        var answers = await solver.SolveManyAsync(_questions.ToAsyncEnumerable()).ToListAsync();

        answers.Should().HaveCount(_questions.Length);
        for (var row = 0; row < answers.Count; row++)
        {
            answers[row].Tokens.Should().Equal(Tokens(expected[answers[row].Segments - 1].Logits[row]));
        }

        answers.Select(answer => answer.Segments).Distinct().Should().HaveCountGreaterThan(2);
    }

    [Fact]
    public async Task SolveMany_yields_an_answer_before_the_next_question_arrives()
    {
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never });
        var second = new TaskCompletionSource();
        await using var answers = solver.SolveManyAsync(Slowly()).GetAsyncEnumerator();
        (await answers.MoveNextAsync()).Should().BeTrue();
        second.SetResult();
        (await answers.MoveNextAsync()).Should().BeTrue();
        (await answers.MoveNextAsync()).Should().BeFalse();

        async IAsyncEnumerable<SolverQuestion> Slowly()
        {
            yield return _questions[0];
            await second.Task;
            yield return _questions[1];
        }
    }

    [Fact]
    public async Task SolveMany_answers_the_questions_before_a_bad_one()
    {
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 2, Rule = HaltingRule.Never });
        SolverQuestion[] questions = [.. _questions[..5], new(new int[3]), .. _questions];
        var answered = 0;
        var reading = async () =>
        {
            await foreach (var answer in solver.SolveManyAsync(questions.ToAsyncEnumerable()))
            {
                answered++;
            }
        };
        await reading.Should().ThrowAsync<ShapeMismatchException>();
        answered.Should().Be(5);
    }

    [Fact]
    public async Task SolveMany_cancels_its_requests_when_the_reader_stops()
    {
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 65536, Rule = HaltingRule.Never, MaxBatchSize = 4 });
        using var cancellation = new CancellationTokenSource();
        var reading = solver.SolveManyAsync(_questions.ToAsyncEnumerable(), cancellation.Token).ToListAsync().AsTask();
        await Eventually(() => solver.Statistics.Running == 4);
        await cancellation.CancelAsync();
        await reading.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        await Eventually(() => solver.Statistics is { Running: 0, Waiting: 0 });
    }

    [Fact]
    public async Task A_cancelled_trace_ends_with_the_cancellation()
    {
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 65536, Rule = HaltingRule.Never });
        using var cancellation = new CancellationTokenSource();
        var reading = async () =>
        {
            await foreach (var answer in solver.TraceAsync(_questions[0].Tokens, 0).WithCancellation(cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        };
        await reading.Should().ThrowAsync<OperationCanceledException>();
        await Eventually(() => solver.Statistics.Running == 0);
    }

    /// <summary>For one request only: the next one is stopped by the solver's policy again.</summary>
    [Fact]
    public async Task A_trace_can_have_a_policy_of_its_own()
    {
        using var solver = new HrmSolver(_model, new ConfidenceHalting(1e-9), new SolverOptions { MaxSegments = 5 });
        var never = new QValueHalting(rule: HaltingRule.Never);
        var stop = solver.Trace(_questions[0].Tokens.Span, _questions[0].PuzzleId);
        stop[^1].Reason.Should().Be(HaltReason.Confident);
        stop.Count.Should().BeLessThan(5);

        var whole = await solver.TraceAsync(_questions[0].Tokens, _questions[0].PuzzleId, never).ToArrayAsync();
        whole.Select(answer => answer.Reason).Should().Equal([.. Enumerable.Repeat(HaltReason.None, 4), HaltReason.Maximum]);
        whole.Take(stop.Count).Select(answer => answer.QHalt).Should().Equal(stop.Select(answer => answer.QHalt));
        solver.Trace(_questions[0].Tokens.Span, _questions[0].PuzzleId, never).Should().Equal(whole);
        solver.Trace(_questions[0].Tokens.Span, _questions[0].PuzzleId).Should().Equal(stop);
    }

    [Fact]
    public async Task A_trace_can_be_enumerated_twice()
    {
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 2, Rule = HaltingRule.Never });
        var trace = solver.TraceAsync(_questions[0].Tokens, _questions[0].PuzzleId);
        var first = await trace.ToArrayAsync();
        first.Should().HaveCount(2);
        (await trace.ToArrayAsync()).Should().Equal(first);
    }

    [Fact]
    public void Bad_questions_throw_at_the_call()
    {
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never });
        Rejects(() => _ = solver.SolveAsync(new int[15]), "tokens: expected [16], got [15].");
        Rejects(() => _ = solver.SolveAsync(Change(3, 7)), "tokens[3]: expected 0 … 6, got 7.");
        Rejects(() => _ = solver.TraceAsync(Change(2, -1)), "tokens[2]: expected 0 … 6, got -1.");
        Rejects(() => solver.Solve(new int[16], 3), "puzzleId: expected 0 … 2, got 3.");
        Rejects(() => solver.Trace(new int[16], -1), "puzzleId: expected 0 … 2, got -1.");
        solver.Statistics.RowSegments.Should().Be(0);

        static void Rejects(Action call, string message) => call.Should().Throw<ShapeMismatchException>().WithMessage(message);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void A_loaded_solver_equals_its_model_bit_for_bit(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        foreach (var (positions, mixing, feedback) in new[]
        {
            (PositionEncoding.Rope, TokenMixing.Attention, false),
            (PositionEncoding.Learned, TokenMixing.Attention, false),
            (PositionEncoding.Rope2d, TokenMixing.Attention, true),
            (PositionEncoding.None, TokenMixing.Convolution, true),
        })
        {
            using var model = TinyModel.Create(Questions.Config with { ForwardDtype = dtype, PositionEncoding = positions, Mixing = mixing, PredictionFeedback = feedback });
            model.Save(_folder[$"{positions}"]);
            var expected = Questions.RunTogether(model, _questions[..1], 3)[2];
            using var solver = HrmSolver.Load(_folder[$"{positions}"], new SolverOptions { MaxSegments = 3, Rule = HaltingRule.Never, KeepLogits = true });
            solver.Config.Should().Be(model.Config);
            var answer = solver.Solve(_questions[0].Tokens.Span, _questions[0].PuzzleId);
            answer.Logits.Should().Equal(expected.Logits.to_type(ScalarType.Float32).data<float>().ToArray());
            answer.QHalt.Should().Be(expected.QHalt.item<float>());
        }
    }

    [Fact]
    public void Load_casts_the_weights_once()
    {
        using var model = TinyModel.Create(Questions.Config with { ForwardDtype = ScalarType.BFloat16 });
        model.CastWeights();
        model.parameters().Should().OnlyContain(parameter => parameter.dtype == ScalarType.BFloat16);
        model.state_dict().Values.Should().OnlyContain(tensor => tensor.dtype == ScalarType.BFloat16);
    }

    private static int[] Tokens(Tensor logits) => logits.argmax(-1).to_type(ScalarType.Int32).flatten().data<int>().ToArray();

    private int[] Change(int position, int token)
    {
        var tokens = _questions[0].Tokens.ToArray();
        tokens[position] = token;
        return tokens;
    }



    internal static async Task Eventually(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        condition().Should().BeTrue("within ten seconds");
    }
}
