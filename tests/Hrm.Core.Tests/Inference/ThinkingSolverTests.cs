using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class ThinkingSolverTests : IDisposable
{
    private readonly HrmModel _model = TinyModel.Create(Questions.Config, seed: 3);
    private readonly SolverQuestion _question = Questions.Draw(1, seed: 5)[0];
    private readonly HrmSolver _solver;

    public ThinkingSolverTests() => _solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 3, Rule = HaltingRule.Never });

    public void Dispose()
    {
        _solver.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void Without_options_the_answer_is_that_of_the_solver()
    {
        var expected = _solver.Solve(_question.Tokens.Span, _question.PuzzleId);
        var answer = new ThinkingSolver(_solver, new ThinkingOptions()).Solve(_question.Tokens.Span, _question.PuzzleId);
        answer.Should().BeEquivalentTo(new ThinkingAnswer(expected.Tokens, 1, 1, expected.QHalt, null, 3, expected.Reason, AnswerSource.FirstPass, 1));
    }

    [Fact]
    public void An_attempt_may_run_more_segments_than_the_solver()
    {
        using var scope = NewDisposeScope();
        var expected = Questions.RunTogether(_model, [_question], 7)[6];
        var answer = new ThinkingSolver(_solver, new ThinkingOptions { MaxSegments = 7 }).Solve(_question.Tokens.Span, _question.PuzzleId);
        answer.Segments.Should().Be(7);
        answer.QHalt.Should().BeApproximately(expected.QHalt.item<float>(), 1e-5f);
    }

    [Fact]
    public void Answers_are_transformed_back_before_the_vote()
    {
        var task = new RelabellingTask();
        var thinking = new ThinkingSolver(_solver, new ThinkingOptions { Symmetries = 5, Selection = AnswerSelection.Confidence }, task);
        task.Drawn.Should().HaveCount(4, "the first variant is the original");
        var attempts = task.Drawn
            .Select(symmetry => (Answer: Answer(symmetry.Apply(_question.Tokens.Span)), Symmetry: symmetry))
            .Select(attempt => (attempt.Answer.QHalt, Tokens: attempt.Symmetry.Undo(attempt.Answer.Tokens)))
            .Append((Answer(_question.Tokens.ToArray()).QHalt, Answer(_question.Tokens.ToArray()).Tokens))
            .ToArray();
        var answer = thinking.Solve(_question.Tokens.Span, _question.PuzzleId);
        var best = attempts.MaxBy(attempt => attempt.QHalt);
        answer.Tokens.Should().Equal(best.Tokens);
        answer.QHalt.Should().BeApproximately(best.QHalt, 1e-5f);
        (answer.Attempts, answer.Segments).Should().Be((5, 15));

        SolverAnswer Answer(int[] tokens) => _solver.Solve(tokens, _question.PuzzleId);
    }

    [Fact]
    public void Starts_repeat_with_the_seed()
    {
        ThinkingAnswer Think(long seed, double deviation, int starts = 4)
            => new ThinkingSolver(_solver, new ThinkingOptions { Starts = starts, NoiseDeviation = deviation, Seed = seed, Selection = AnswerSelection.Confidence })
                .Solve(_question.Tokens.Span, _question.PuzzleId);

        var plain = Think(1, 1, starts: 1);
        Think(1, 1).Should().BeEquivalentTo(Think(1, 1));
        Think(1, 1).QHalt.Should().NotBe(Think(2, 1).QHalt);
        Think(1, 1).QHalt.Should().BeGreaterThan(plain.QHalt, "one of the noisy starts is more confident here");
        Think(1, 1e-6).Agreeing.Should().Be(4, "the noise is too small to change an answer");
    }

    [Fact]
    public void Symmetries_and_starts_multiply()
    {
        var options = new ThinkingOptions { Symmetries = 3, Starts = 2, MaxSegments = 4 };
        var answer = new ThinkingSolver(_solver, options, new RelabellingTask()).Solve(_question.Tokens.Span, _question.PuzzleId);
        answer.Attempts.Should().Be(6);
        answer.Segments.Should().Be(6 * 4);
    }

    [Fact]
    public void With_a_time_budget_of_a_tick_one_attempt_runs_one_segment()
    {
        var options = new ThinkingOptions { Starts = 5, MaxSegments = 60000, TimeBudget = TimeSpan.FromTicks(1) };
        var answer = new ThinkingSolver(_solver, options).Solve(_question.Tokens.Span, _question.PuzzleId);
        (answer.Attempts, answer.Segments, answer.Reason).Should().Be((1, 1, HaltReason.Time));
    }

    /// <summary>The batch has one place, which the first attempt holds until time is up.</summary>
    [Fact]
    public async Task Attempts_that_have_not_begun_when_time_is_up_are_cancelled()
    {
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 60000, Rule = HaltingRule.Never, MaxBatchSize = 1, MaxQueueLength = 2 });
        var options = new ThinkingOptions { Starts = 50, TimeBudget = TimeSpan.FromMilliseconds(300) };
        var answer = await new ThinkingSolver(solver, options).SolveAsync(_question.Tokens, _question.PuzzleId).WaitAsync(TimeSpan.FromSeconds(60));
        (answer.Attempts, answer.Reason).Should().Be((1, HaltReason.Time));
        solver.Statistics.Solved.Should().Be(1);
    }

    [Fact]
    public async Task An_accepted_answer_ends_the_other_attempts()
    {
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 3, Rule = HaltingRule.Never, MaxBatchSize = 1 });
        var options = new ThinkingOptions { Starts = 500, Selection = AnswerSelection.Checker };
        var answer = await new ThinkingSolver(solver, options, new RelabellingTask(_ => true)).SolveAsync(_question.Tokens, _question.PuzzleId);
        answer.IsSolution.Should().BeTrue();
        answer.Attempts.Should().Be(1);
        await HrmSolverTests.Eventually(() => solver.Statistics is { Running: 0, Waiting: 0 });
        solver.Statistics.Solved.Should().BeLessThan(500);
    }

    [Fact]
    public void Without_an_accepted_answer_every_attempt_runs()
    {
        var checkedAnswers = 0;
        var task = new RelabellingTask(_ => Interlocked.Increment(ref checkedAnswers) < 0);
        var answer = new ThinkingSolver(_solver, new ThinkingOptions { Symmetries = 4, Selection = AnswerSelection.Checker }, task)
            .Solve(_question.Tokens.Span, _question.PuzzleId);
        answer.IsSolution.Should().BeFalse();
        (answer.Attempts, checkedAnswers).Should().Be((4, 4));
    }

    [Fact]
    public async Task Cancellation_cancels_every_attempt()
    {
        using var cancellation = new CancellationTokenSource();
        var thinking = new ThinkingSolver(_solver, new ThinkingOptions { Starts = 3, MaxSegments = 60000 });
        var answer = thinking.SolveAsync(_question.Tokens, _question.PuzzleId, cancellation.Token);
        await HrmSolverTests.Eventually(() => _solver.Statistics.Running == 3);
        await cancellation.CancelAsync();
        (await answer.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(cancellation.Token);
        await HrmSolverTests.Eventually(() => _solver.Statistics is { Running: 0, Waiting: 0 });
    }

    [Fact]
    public async Task A_full_queue_rejects_a_whole_puzzle_but_never_a_later_attempt()
    {
        var options = new SolverOptions { MaxSegments = 2, Rule = HaltingRule.Never, MaxBatchSize = 1, MaxQueueLength = 1, RejectWhenFull = true };
        using var solver = new HrmSolver(_model, options: options);
        var thinking = new ThinkingSolver(solver, new ThinkingOptions { Starts = 6 });
        (await thinking.SolveAsync(_question.Tokens, _question.PuzzleId)).Attempts.Should().Be(6);

        using var blocked = new ManualResetEventSlim();
        using var busy = new HrmSolver(_model, new ScriptedHalting(_ => blocked.Wait(20000) ? HaltReason.Stable : HaltReason.Stable), options);
        Task[] others = [busy.SolveAsync(_question.Tokens)];
        await HrmSolverTests.Eventually(() => busy.Statistics.Waiting == 0);
        others = [.. others, busy.SolveAsync(_question.Tokens)];
        var rejected = new ThinkingSolver(busy, new ThinkingOptions { Starts = 6 }).SolveAsync(_question.Tokens);
        await rejected.Awaiting(it => it).Should().ThrowAsync<SolverBusyException>();
        blocked.Set();
        await Task.WhenAll(others);
        busy.Statistics.Solved.Should().Be(2);
    }

    [Fact]
    public void Thinking_leaves_no_tensors_behind()
    {
        var thinking = new ThinkingSolver(_solver, new ThinkingOptions { Symmetries = 3, Starts = 3 }, new RelabellingTask());
        TensorLeak.Check(
            () =>
            {
                thinking.Solve(_question.Tokens.Span, _question.PuzzleId);
                SpinWait.SpinUntil(() => _solver.Statistics.Running == 0, 10000).Should().BeTrue();
            },
            steps: 20);
    }
}
