namespace Hrm.Core.Tests;

public sealed class ThinkingOptionsTests
{
    [Fact]
    public void By_default_there_is_one_attempt()
    {
        var options = new ThinkingOptions();
        (options.Symmetries, options.Starts).Should().Be((1, 1));
        (options.MaxSegments, options.TimeBudget).Should().Be((null, null));
        options.NoiseDeviation.Should().Be(1);
        options.Selection.Should().Be(AnswerSelection.Votes);
        options.Seed.Should().Be(1);
        options.FindErrors().Should().BeEmpty();
    }

    [Fact]
    public void Every_bad_field_is_reported_at_once()
    {
        var options = new ThinkingOptions
        {
            Symmetries = 0,
            Starts = 4097,
            NoiseDeviation = 0,
            Selection = (AnswerSelection)7,
            MaxSegments = 0,
            TimeBudget = TimeSpan.Zero,
        };
        options.FindErrors().Should().Equal(
            "Symmetries: expected 1 … 4096, got 0",
            "Starts: expected 1 … 4096, got 4097",
            "NoiseDeviation: expected a finite number above 0, got 0",
            "Selection: expected Votes or Confidence or Checker, got 7",
            "MaxSegments: expected 1 … 65536, got 0",
            "TimeBudget: expected a time above zero, at most 24 days, got 00:00:00");
    }

    [Fact]
    public void Options_that_the_task_does_not_support_are_rejected()
    {
        using var model = TinyModel.Create(Questions.Config);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never });
        FluentActions.Invoking(() => new ThinkingSolver(solver, new ThinkingOptions { Symmetries = 2, Selection = AnswerSelection.Checker }))
            .Should().Throw<InvalidConfigException>()
            .WithMessage("thinking options: Symmetries: expected a task with symmetries, got none; Selection: expected a task with a check, got none.");
        FluentActions.Invoking(() => new ThinkingSolver(solver, new ThinkingOptions { Symmetries = 2 }, new RelabellingTask(length: 3)))
            .Should().Throw<InvalidConfigException>().WithMessage("*task: expected * tokens of a vocabulary of *, as the model has, got 3 of *");
    }
}
