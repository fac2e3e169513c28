using Hrm.TestKit;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>The search of a <see cref="ThinkingSolver"/> over partial answers, with a model of random weights.</summary>
public sealed class AnswerSearchTests : IDisposable
{
    private const int Values = 5; // tokens 2 to 6

    private readonly HrmModel _model = TinyModel.Create(Questions.Config, seed: 3);
    private readonly HrmSolver _solver;

    public AnswerSearchTests() => _solver = new HrmSolver(_model, options: Limits());

    public void Dispose()
    {
        _solver.Dispose();
        _model.Dispose();
    }

    /// <summary>Every filling of three blanks is checked, whatever the model says: 5 + 25 partial answers are evaluated, 125 complete ones are not.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(64)]
    public void Without_candidates_the_search_is_exhaustive(int width)
    {
        var task = new FillingTask(_ => false);
        var answer = Think(task, FillingTask.Puzzle(3), new ThinkingOptions { Evaluations = 1000, SearchWidth = width });
        (answer.Source, answer.IsSolution, answer.Evaluations, answer.Attempts).Should().Be((AnswerSource.NotFound, false, 1 + Values + (Values * Values), 1));
        answer.Reason.Should().Be(HaltReason.Maximum);
        answer.Segments.Should().Be(3 + (30 * 2));
        Fillings(task).Where(filling => !filling.Contains('0') && !filling.Contains('1')).Should().HaveCount(125);
        task.Checked.Should().HaveCount(1 + 30 + 125, "no partial answer is visited twice");
    }

    [Fact]
    public void A_model_whose_values_are_not_numbers_does_not_end_the_search()
    {
        using (no_grad())
        {
            using var value = tensor(float.NaN);
            _model.state_dict()["lm_head.weight"].copy_(value);
        }

        var task = new FillingTask(_ => false);
        Think(task, FillingTask.Puzzle(2), new ThinkingOptions { Evaluations = 100 }).Evaluations.Should().Be(1 + Values);
        Fillings(task).Should().HaveCountGreaterThanOrEqualTo(25);
    }

    [Fact]
    public void The_answer_that_the_check_accepts_is_found_and_the_tokens_of_the_puzzle_are_kept()
    {
        int[] solution = [.. FillingTask.Puzzle(3)];
        (solution[0], solution[1], solution[2]) = (6, 4, 5);
        var task = new FillingTask(solution.SequenceEqual);
        var options = new ThinkingOptions { Evaluations = 1000 };
        var answer = Think(task, FillingTask.Puzzle(3), options);
        answer.Tokens.Should().Equal(solution);
        (answer.Source, answer.IsSolution, answer.Agreeing, answer.Attempts).Should().Be((AnswerSource.Search, true, 1, 1));
        answer.Evaluations.Should().BeInRange(2, 31);
        Think(task, FillingTask.Puzzle(3), options).Should().Be(answer, "the search does not depend on time");
    }

    /// <summary>Blanks are three places of a permutation: 3 children, then one of two blanks decides the other.</summary>
    [Fact]
    public void Blanks_with_one_candidate_are_filled()
    {
        var task = new ListingTask(_ => false, (partial, _) => [.. Enumerable.Range(4, 3).Except(partial)]);
        var answer = Think(task, FillingTask.Puzzle(3), new ThinkingOptions { Evaluations = 100 });
        (answer.Source, answer.Evaluations).Should().Be((AnswerSource.NotFound, 1 + 3));
        task.Checked.Select(tokens => string.Concat(tokens.Take(3))).Should().Contain(["456", "465", "546", "564", "645", "654"]);
    }

    /// <summary>After the first choice the second blank has one candidate, and the third none.</summary>
    [Fact]
    public void Partial_answers_with_a_blank_without_candidates_are_dropped()
    {
        var task = new ListingTask(_ => false, (partial, position) => partial[0] == FillingTask.Blank ? [4, 5] : position == 1 ? [4] : []);
        var answer = Think(task, FillingTask.Puzzle(3), new ThinkingOptions { Evaluations = 100 });
        (answer.Source, answer.Evaluations).Should().Be((AnswerSource.NotFound, 1));
        task.Checked.Should().ContainSingle("only the answer of the first pass is complete");
    }

    [Fact]
    public void The_blank_with_the_fewest_candidates_is_filled_first()
    {
        var task = new ListingTask(_ => false, (_, position) => position == 1 ? [2, 3] : [2, 3, 4, 5, 6]);
        var answer = Think(task, FillingTask.Puzzle(2), new ThinkingOptions { Evaluations = 100 });
        answer.Evaluations.Should().Be(1 + 2);
    }

    /// <summary>Two candidates in the first blank, five in the second: the children of the likelier one come first, unless they are very unlikely.</summary>
    [Fact]
    public void The_most_probable_filling_is_evaluated_first()
    {
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 3, Rule = HaltingRule.Never, KeepLogits = true });
        var logits = solver.Solve(FillingTask.Puzzle(2)).Logits!;
        var likelier = logits[2] > logits[6] ? 2 : 6;
        var task = new ListingTask(_ => false, (_, position) => position == 0 ? [2, 6] : [2, 3, 4, 5, 6]);
        Think(task, FillingTask.Puzzle(2), new ThinkingOptions { Evaluations = 2, SearchWidth = 1 }).Evaluations.Should().Be(2);
        task.Checked.Should().HaveCount(2);
        task.Checked[^1][0].Should().Be(likelier);
    }

    [Fact]
    public void Candidates_can_complete_a_puzzle_without_the_model()
    {
        var task = new ListingTask(answer => answer[0] == 6 && answer[1] == 6, (_, _) => [6]);
        var answer = Think(task, FillingTask.Puzzle(2), new ThinkingOptions { Evaluations = 100 });
        (answer.Source, answer.Evaluations, answer.IsSolution).Should().Be((AnswerSource.Search, 1, true));
        answer.Tokens.Should().StartWith([6, 6, 2]);
        answer.QHalt.Should().Be(float.NaN);
    }

    [Theory]
    [InlineData(FillingTask.Blank)]
    [InlineData(7)]
    [InlineData(-1)]
    public void A_candidate_that_fills_nothing_or_is_no_token_is_an_error(int token)
    {
        var task = new ListingTask(_ => false, (_, _) => [token]);
        FluentActions.Invoking(() => Think(task, FillingTask.Puzzle(2), new ThinkingOptions { Evaluations = 9 }))
            .Should().Throw<InvalidOperationException>().WithMessage($"ListingTask.FindCandidates: expected tokens below 7 that are not blank, got {token}.");
    }

    [Fact]
    public void Blanks_that_force_the_same_token_are_filled_together_and_left_to_the_check()
    {
        var task = new ListingTask(_ => false, (partial, _) => [.. Enumerable.Range(4, 2).Except(partial)]);
        Think(task, FillingTask.Puzzle(3), new ThinkingOptions { Evaluations = 100 }).Evaluations.Should().Be(1);
        task.Checked.Skip(1).Select(tokens => string.Concat(tokens.Take(3))).Should().BeEquivalentTo("455", "544");
    }

    [Fact]
    public void Candidates_of_too_few_tokens_are_an_error()
        => FluentActions.Invoking(() => Think(new ShortTask(), FillingTask.Puzzle(2), new ThinkingOptions { Evaluations = 9 }))
            .Should().Throw<InvalidOperationException>().WithMessage("ShortTask.FindCandidates: expected * lists, got 1.");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    public void The_model_runs_as_often_as_allowed(int evaluations)
    {
        var answer = Think(new FillingTask(_ => false), FillingTask.Puzzle(4), new ThinkingOptions { Evaluations = evaluations, SearchSegments = 1 });
        (answer.Source, answer.Evaluations, answer.Segments).Should().Be((AnswerSource.NotFound, evaluations, 3 + evaluations - 1));
        _solver.Statistics.Solved.Should().Be(evaluations);
    }

    [Fact]
    public void An_accepted_attempt_needs_no_search()
    {
        var first = _solver.Solve(FillingTask.Puzzle(4)).Tokens;
        var answer = Think(new FillingTask(first.SequenceEqual), FillingTask.Puzzle(4), new ThinkingOptions { Evaluations = 100 });
        (answer.Source, answer.Evaluations, answer.IsSolution).Should().Be((AnswerSource.FirstPass, 1, true));
        answer.Tokens.Should().Equal(first);

        var options = new ThinkingOptions { Evaluations = 100, Starts = 8, Selection = AnswerSelection.Confidence };
        var voted = Think(new FillingTask(tokens => !tokens.SequenceEqual(first)), FillingTask.Puzzle(4), options);
        (voted.Source, voted.IsSolution).Should().Be((AnswerSource.Vote, true));
        voted.Evaluations.Should().Be(voted.Attempts).And.BeInRange(2, 8);
        voted.Tokens.Should().NotEqual(first);
    }

    [Fact]
    public void A_search_follows_rejected_attempts_and_counts_them()
    {
        var answer = Think(new FillingTask(_ => false), FillingTask.Puzzle(2), new ThinkingOptions { Evaluations = 100, Starts = 3 });
        (answer.Source, answer.Evaluations, answer.Attempts).Should().Be((AnswerSource.NotFound, 3 + Values, 3));
    }

    [Fact]
    public void When_time_is_up_no_further_partial_answer_is_evaluated()
    {
        var time = new SetTime();
        var checks = 0;
        var task = new FillingTask(_ =>
        {
            time.Now += ++checks == 5 ? TimeSpan.TicksPerDay : 0;
            return false;
        });
        var options = new ThinkingOptions { Evaluations = 1000, SearchWidth = 1, SearchSegments = 2, TimeBudget = TimeSpan.FromHours(1) };
        var answer = new ThinkingSolver(_solver, options, task, time).Solve(FillingTask.Puzzle(7));
        (answer.Source, answer.Evaluations, answer.Reason).Should().Be((AnswerSource.NotFound, 5, HaltReason.Maximum | HaltReason.Time));
    }

    /// <summary>Time is over in the first segment of the first evaluation. The other evaluations have not begun, as the batch has one row.</summary>
    [Fact]
    public void Evaluations_that_time_cancels_end_a_search()
    {
        var time = new SetTime();
        var task = new FillingTask(_ => false);
        using var solver = new HrmSolver(
            _model,
            new ScriptedHalting(_ =>
            {
                time.Now = task.Checked.Count > 0 ? TimeSpan.TicksPerDay : 0;
                return HaltReason.None;
            }),
            new SolverOptions { MaxSegments = 3, MaxBatchSize = 1 });
        var answer = new ThinkingSolver(solver, new ThinkingOptions { Evaluations = 1000, TimeBudget = TimeSpan.FromHours(1) }, task, time).Solve(FillingTask.Puzzle(3));
        (answer.Source, answer.Evaluations, answer.Segments, answer.Reason).Should().Be((AnswerSource.NotFound, 2, 4, HaltReason.Maximum | HaltReason.Time));
    }

    [Fact]
    public async Task Cancellation_ends_a_search_among_partial_answers_that_are_dropped()
    {
        using var cancellation = new CancellationTokenSource();
        var dropped = new HashSet<string>();
        var task = new ListingTask(_ => false, (partial, _) =>
        {
            if (partial[..3].All(token => token == FillingTask.Blank))
            {
                return [2, 3, 4, 5, 6];
            }

            dropped.Add(string.Join(' ', partial));
            cancellation.Cancel();
            return [];
        });
        var answer = new ThinkingSolver(_solver, new ThinkingOptions { Evaluations = 1000 }, task).SolveAsync(FillingTask.Puzzle(3), 0, cancellation.Token);
        await answer.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        dropped.Should().ContainSingle();
    }

    [Fact]
    public void An_evaluation_has_no_more_segments_than_an_attempt()
    {
        var options = new ThinkingOptions { Evaluations = 1000, MaxSegments = 1 };
        Think(new FillingTask(_ => false), FillingTask.Puzzle(2), options).Segments.Should().Be(1 + Values);
    }

    [Fact]
    public async Task Cancellation_ends_a_search()
    {
        using var cancellation = new CancellationTokenSource();
        var checks = 0;
        var task = new FillingTask(_ =>
        {
            if (Interlocked.Increment(ref checks) == 6)
            {
                cancellation.Cancel();
            }

            return false;
        });
        var answer = new ThinkingSolver(_solver, new ThinkingOptions { Evaluations = 1000, SearchWidth = 1, SearchSegments = 2 }, task).SolveAsync(FillingTask.Puzzle(5), 0, cancellation.Token);
        (await answer.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(cancellation.Token);
        await HrmSolverTests.Eventually(() => _solver.Statistics is { Running: 0, Waiting: 0 });
        checks.Should().Be(6);
    }

    [Fact]
    public async Task A_check_that_throws_fails_the_request_alone()
    {
        var checks = 0;
        var task = new FillingTask(_ => Interlocked.Increment(ref checks) == 4 ? throw new NotSupportedException("a fault") : false);
        var failing = new ThinkingSolver(_solver, new ThinkingOptions { Evaluations = 100 }, task).SolveAsync(FillingTask.Puzzle(4));
        await failing.Awaiting(it => it).Should().ThrowAsync<NotSupportedException>();
        (await new ThinkingSolver(_solver, new ThinkingOptions()).SolveAsync(FillingTask.Puzzle(4))).Attempts.Should().Be(1);
    }

    /// <summary>Searches share the running batch, and none fills it: each has as many rows as its width.</summary>
    [Fact]
    public async Task Several_puzzles_are_searched_in_one_batch_with_the_answers_of_each_alone()
    {
        int[][] solutions = [.. Enumerable.Range(0, 6).Select(index => (int[])[2 + (index % Values), 6 - (index % Values), 2 + (index / 2), .. FillingTask.Puzzle(3)[3..]])];
        var alone = solutions.Select(solution => Think(new FillingTask(solution.SequenceEqual), FillingTask.Puzzle(3), new ThinkingOptions { Evaluations = 100 })).ToArray();
        var most = 0;
        HrmSolver? solver = null;
        using var owned = new HrmSolver(_model, new ScriptedHalting(_ => Count()), Limits());
        solver = owned;
        var together = await Task.WhenAll(solutions.Select(solution =>
            new ThinkingSolver(solver, new ThinkingOptions { Evaluations = 100, SearchSegments = 2 }, new FillingTask(solution.SequenceEqual)).SolveAsync(FillingTask.Puzzle(3))));
        for (var index = 0; index < solutions.Length; index++)
        {
            together[index].Tokens.Should().Equal(solutions[index]);
            (together[index].Evaluations, together[index].Source).Should().Be((alone[index].Evaluations, alone[index].Source));
        }

        var statistics = solver.Statistics;
        statistics.RowSegments.Should().BeGreaterThan(2 * statistics.Segments, "rows of several searches run together");
        most.Should().BeInRange(2, solutions.Length * 4);

        HaltReason Count()
        {
            most = Math.Max(most, solver!.Statistics.Running);
            return HaltReason.None;
        }
    }

    [Fact]
    public async Task A_full_queue_makes_a_search_wait()
    {
        using var solver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = 3, Rule = HaltingRule.Never, MaxBatchSize = 1, MaxQueueLength = 1, RejectWhenFull = true });
        var answer = await new ThinkingSolver(solver, new ThinkingOptions { Evaluations = 20, SearchWidth = 8, SearchSegments = 1 }, new FillingTask(_ => false)).SolveAsync(FillingTask.Puzzle(4));
        answer.Evaluations.Should().Be(20);
    }

    [Fact]
    public async Task A_search_over_a_swap_is_of_one_model()
    {
        var expected = Think(new FillingTask(_ => false), FillingTask.Puzzle(2), new ThinkingOptions { Evaluations = 100 });
        using var other = TinyModel.Create(Questions.Config, seed: 8);
        using var solver = new HrmSolver(_model, options: Limits());
        var checks = 0;
        var task = new FillingTask(_ =>
        {
            if (++checks == 3)
            {
                solver.SwapAsync(other, ownsModel: false).GetAwaiter().GetResult();
            }

            return false;
        });
        var answer = await new ThinkingSolver(solver, new ThinkingOptions { Evaluations = 100, SearchWidth = 1, SearchSegments = 2 }, task).SolveAsync(FillingTask.Puzzle(2));
        answer.Tokens.Should().Equal(expected.Tokens);
        answer.Evaluations.Should().Be(expected.Evaluations);
        task.Checked.Skip(1).Select(tokens => string.Join(' ', tokens)).Should().BeEquivalentTo(
            ChecksOf(_model, FillingTask.Puzzle(2)), "the old model answers every partial answer");
        await solver.DrainAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void A_search_leaves_no_tensors_behind()
    {
        var thinking = new ThinkingSolver(_solver, new ThinkingOptions { Evaluations = 12, SearchSegments = 1 }, new FillingTask(_ => false));
        TensorLeak.Check(
            () =>
            {
                thinking.Solve(FillingTask.Puzzle(3)).Evaluations.Should().Be(12);
                SpinWait.SpinUntil(() => _solver.Statistics.Running == 0, 10000).Should().BeTrue();
            },
            steps: 10);
    }

    private static SolverOptions Limits() => new() { MaxSegments = 3, Rule = HaltingRule.Never };

    /// <summary>The answers that a search with one model checks after the first pass.</summary>
    private static IEnumerable<string> ChecksOf(HrmModel model, int[] puzzle)
    {
        using var solver = new HrmSolver(model, options: Limits());
        var task = new FillingTask(_ => false);
        new ThinkingSolver(solver, new ThinkingOptions { Evaluations = 100, SearchWidth = 1, SearchSegments = 2 }, task).Solve(puzzle);
        return task.Checked.Skip(1).Select(tokens => string.Join(' ', tokens));
    }

    /// <summary>The distinct values of the first blanks in the checked answers that keep the rest of the puzzle.</summary>
    private static IEnumerable<string> Fillings(FillingTask task)
        => task.Checked.Where(tokens => tokens.Skip(3).All(token => token == 2)).Select(tokens => string.Concat(tokens.Take(3))).Distinct();

    private ThinkingAnswer Think(FillingTask task, int[] puzzle, ThinkingOptions options)
    {
        options.SearchSegments = Math.Min(options.SearchSegments, 2);
        return new ThinkingSolver(_solver, options, task).Solve(puzzle);
    }

    /// <summary>A clock that a test sets.</summary>
    private sealed class SetTime : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;
    }
}
