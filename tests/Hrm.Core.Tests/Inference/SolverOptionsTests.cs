namespace Hrm.Core.Tests;

/// <summary>The options of a solver and of a thinking solver.</summary>
public sealed class SolverOptionsTests
{
    [Fact]
    public void Defaults_are_valid()
    {
        var solver = new SolverOptions();
        solver.FindErrors().Should().BeEmpty();
        solver.Should().BeEquivalentTo(new
        {
            MaxBatchSize = 64,
            RunningBatches = 0,
            MaxQueueLength = 1024,
            MaxSegments = 16,
            Rule = (HaltingRule?)null,
            RejectWhenFull = false,
            KeepLogits = false,
        });
        var thinking = new ThinkingOptions();
        thinking.FindErrors().Should().BeEmpty();
        (thinking.Symmetries, thinking.Starts, thinking.MaxSegments, thinking.TimeBudget).Should().Be((1, 1, null, null));
        (thinking.Evaluations, thinking.SearchSegments, thinking.SearchWidth).Should().Be((0, 16, 4));
        (thinking.NoiseDeviation, thinking.Selection, thinking.Seed).Should().Be((1, AnswerSelection.Votes, 1));
    }

    [Fact]
    public void Every_bad_field_of_a_solver_is_reported_at_once()
    {
        var options = new SolverOptions { MaxBatchSize = 0, RunningBatches = -1, MaxQueueLength = -1, MaxSegments = 65537, Rule = (HaltingRule)9 };
        string[] errors =
        [
            "MaxBatchSize: expected 1 … 65536, got 0",
            "RunningBatches: expected 0 … 1024, got -1",
            "MaxQueueLength: expected 1 … 1048576, got -1",
            "MaxSegments: expected 1 … 65536, got 65537",
            "Rule: expected HaltOverContinue or HaltPositive or Never, got 9",
        ];
        options.FindErrors().Should().Equal(errors);
        using var model = TinyModel.Create();
        FluentActions.Invoking(() => new HrmSolver(model, options: options))
            .Should().Throw<InvalidConfigException>().WithMessage($"solver options: {string.Join("; ", errors)}.");
        FluentActions.Invoking(() => HrmSolver.Load("no such folder", options)).Should().Throw<InvalidConfigException>().WithMessage("solver options: *");
    }

    [Fact]
    public void Every_bad_field_of_a_thinking_solver_is_reported_at_once()
    {
        var options = new ThinkingOptions
        {
            Symmetries = 0,
            Starts = 4097,
            NoiseDeviation = 0,
            Selection = (AnswerSelection)7,
            MaxSegments = 0,
            TimeBudget = TimeSpan.Zero,
            Evaluations = -1,
            SearchSegments = 0,
            SearchWidth = 4097,
        };
        options.FindErrors().Should().Equal(
            "Symmetries: expected 1 … 4096, got 0",
            "Starts: expected 1 … 4096, got 4097",
            "NoiseDeviation: expected a finite number above 0, got 0",
            "Selection: expected Votes or Confidence or Checker, got 7",
            "MaxSegments: expected 1 … 65536, got 0",
            "Evaluations: expected 0 … 16777216, got -1",
            "SearchSegments: expected 1 … 65536, got 0",
            "SearchWidth: expected 1 … 4096, got 4097",
            "TimeBudget: expected a time above zero, at most 24 days, got 00:00:00");
        new ThinkingOptions { Symmetries = 3, Starts = 2, Evaluations = 5 }.FindErrors().Should().Equal("Evaluations: expected 6 … 16777216, got 5");
        new ThinkingOptions { Symmetries = 3, Starts = 2, Evaluations = 6 }.FindErrors().Should().BeEmpty();
    }

    [Fact]
    public void Options_that_the_task_does_not_support_are_rejected()
    {
        using var model = TinyModel.Create(Questions.Config);
        using var solver = new HrmSolver(model);
        FluentActions.Invoking(() => new ThinkingSolver(solver, new ThinkingOptions { Symmetries = 2, Selection = AnswerSelection.Checker }))
            .Should().Throw<InvalidConfigException>()
            .WithMessage("thinking options: Symmetries: expected a task with symmetries, got none; Selection: expected a task with a check, got none.");
        FluentActions.Invoking(() => new ThinkingSolver(solver, new ThinkingOptions { Evaluations = 2 }, new RelabellingTask()))
            .Should().Throw<InvalidConfigException>()
            .WithMessage("thinking options: Evaluations: expected a task whose partial answers can be searched, got RelabellingTask.");
        FluentActions.Invoking(() => new ThinkingSolver(solver, new ThinkingOptions { Symmetries = 2 }, new RelabellingTask(length: 3)))
            .Should().Throw<InvalidConfigException>().WithMessage("*task: expected * tokens of a vocabulary of *, as the model has, got 3 of *");
    }

    [Theory]
    [InlineData(1, HaltReason.Maximum)]
    [InlineData(3, HaltReason.Stable)]
    [InlineData(8, HaltReason.Stable)]
    public void A_puzzle_stops_at_the_maximum_if_the_policy_gave_no_reason(int maximum, HaltReason reason)
    {
        using var model = TinyModel.Create(Questions.Config);
        var question = Questions.Draw(1, seed: 1)[0].Tokens.ToArray();
        var policy = new ScriptedHalting(state => state.Segments >= 3 ? HaltReason.Stable : HaltReason.None);
        using var solver = new HrmSolver(model, policy, new SolverOptions { MaxSegments = maximum });
        var expected = Math.Min(maximum, 3);
        solver.Solve(question).Should().BeEquivalentTo(new { Segments = expected, Reason = reason });
        solver.Trace(question).Should().HaveCount(expected);
    }
}
