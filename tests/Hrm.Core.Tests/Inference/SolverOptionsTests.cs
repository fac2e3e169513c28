namespace Hrm.Core.Tests;

public sealed class SolverOptionsTests
{
    [Fact]
    public void Defaults_are_valid()
    {
        var options = new SolverOptions();
        options.MaxBatchSize.Should().Be(64);
        options.MaxQueueLength.Should().Be(1024);
        options.MaxSegments.Should().Be(16);
        options.Rule.Should().BeNull();
        options.RejectWhenFull.Should().BeFalse();
        options.KeepLogits.Should().BeFalse();
        options.FindErrors().Should().BeEmpty();
    }

    [Fact]
    public void Every_bad_field_is_reported_at_once()
    {
        var options = new SolverOptions { MaxBatchSize = 0, MaxQueueLength = -1, MaxSegments = 65537, Rule = (HaltingRule)9 };
        string[] errors =
        [
            "MaxBatchSize: expected 1 … 65536, got 0",
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
