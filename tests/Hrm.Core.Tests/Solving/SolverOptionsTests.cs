namespace Hrm.Core.Tests;

public sealed class SolverOptionsTests
{
    [Fact]
    public void Defaults_are_valid()
    {
        var options = new SolverOptions();
        options.MaxBatchSize.Should().Be(64);
        options.MaxQueueLength.Should().Be(1024);
        options.MaxSegments.Should().BeNull();
        options.MinSegments.Should().Be(1);
        options.Rule.Should().BeNull();
        options.RejectWhenFull.Should().BeFalse();
        options.KeepLogits.Should().BeFalse();
        options.FindErrors().Should().BeEmpty();
    }

    [Fact]
    public void Every_bad_field_is_reported_at_once()
    {
        var options = new SolverOptions { MaxBatchSize = 0, MaxQueueLength = -1, MaxSegments = 65537, MinSegments = 0, Rule = (HaltingRule)9 };
        string[] errors =
        [
            "MaxBatchSize: expected 1 … 65536, got 0",
            "MaxQueueLength: expected 1 … 1048576, got -1",
            "MaxSegments: expected 1 … 65536, got 65537",
            "MinSegments: expected 1 … 65536, got 0",
            "Rule: expected HaltOverContinue or HaltPositive or Never, got 9",
        ];
        options.FindErrors().Should().Equal(errors);
        using var model = TinyModel.Create();
        FluentActions.Invoking(() => new HrmSolver(model, options: options))
            .Should().Throw<InvalidConfigException>().WithMessage($"solver options: {string.Join("; ", errors)}.");
        FluentActions.Invoking(() => HrmSolver.Load("no such folder", options)).Should().Throw<InvalidConfigException>().WithMessage("solver options: *");
    }

    [Theory]
    [InlineData(null, 8, 8)]
    [InlineData(2, 8, 2)]
    [InlineData(12, 8, 8)]
    public void A_maximum_holds_for_a_policy_too(int? maximum, int ofPolicy, int expected)
    {
        using var model = TinyModel.Create(Questions.Config);
        var question = Questions.Draw(1, seed: 1)[0].Tokens.ToArray();
        IHaltingPolicy[] policies = [new FixedHalting(ofPolicy), new ScriptedHalting(_ => HaltReason.None, ofPolicy), new AllHalting(new FixedHalting(ofPolicy), new StableHalting(8, ofPolicy))];
        foreach (var policy in policies)
        {
            using var solver = new HrmSolver(model, policy, new SolverOptions { MaxSegments = maximum });
            solver.Solve(question).Should().BeEquivalentTo(new { Segments = expected, Reason = HaltReason.Maximum });
            solver.Trace(question).Should().HaveCount(expected);
        }
    }

    /// <summary>The policy waits for two segments and an answer that stays; a cap does not replace the two.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(16)]
    [InlineData(4)]
    [InlineData(3)]
    public void A_maximum_does_not_make_a_combination_run_longer(int? maximum)
    {
        using var model = TinyModel.Create(Questions.Config);
        var policy = new AllHalting(new FixedHalting(2), new ScriptedHalting(state => state.Segments >= 2 ? HaltReason.Stable : HaltReason.None, 16));
        using var solver = new HrmSolver(model, policy, new SolverOptions { MaxSegments = maximum });
        solver.Solve(Questions.Draw(1, seed: 1)[0].Tokens.Span).Should().BeEquivalentTo(new { Segments = 2, Reason = HaltReason.Stable | HaltReason.Maximum });
    }

    [Fact]
    public void Without_maximum_and_policy_sixteen_segments_run()
    {
        using var model = TinyModel.Create(Questions.Config);
        using var solver = new HrmSolver(model, options: new SolverOptions { Rule = HaltingRule.Never });
        solver.Solve(Questions.Draw(1, seed: 1)[0].Tokens.Span).Segments.Should().Be(16);
    }

    [Fact]
    public void The_minimum_is_within_the_maximum()
        => new SolverOptions { MaxSegments = 4, MinSegments = 5 }.FindErrors().Should().Equal("MinSegments: expected 1 … 4, got 5");
}
