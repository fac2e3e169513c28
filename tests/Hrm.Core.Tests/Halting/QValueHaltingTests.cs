using TorchSharp;

namespace Hrm.Core.Tests;

public sealed class QValueHaltingTests
{
    [Theory]
    [InlineData(HaltingRule.HaltOverContinue, 1f, 0f, 2, HaltReason.QValues)]
    [InlineData(HaltingRule.HaltOverContinue, 1f, 0f, 1, HaltReason.None)] // below the minimum
    [InlineData(HaltingRule.HaltOverContinue, 0f, 0f, 2, HaltReason.None)] // as good as going on is not better
    [InlineData(HaltingRule.HaltOverContinue, -1f, -2f, 3, HaltReason.QValues)]
    [InlineData(HaltingRule.HaltOverContinue, 0f, 1f, 3, HaltReason.None)]
    [InlineData(HaltingRule.HaltOverContinue, 0f, 1f, 4, HaltReason.Maximum)]
    [InlineData(HaltingRule.HaltOverContinue, 1f, 0f, 4, HaltReason.QValues)] // it would have stopped anyway
    [InlineData(HaltingRule.HaltOverContinue, float.NaN, 0f, 3, HaltReason.None)]
    [InlineData(HaltingRule.HaltPositive, 1f, 2f, 2, HaltReason.QValues)]
    [InlineData(HaltingRule.HaltPositive, -1f, -2f, 3, HaltReason.None)]
    [InlineData(HaltingRule.HaltPositive, -1f, -2f, 5, HaltReason.Maximum)]
    public void Rule_minimum_and_maximum_decide(HaltingRule rule, float halt, float goOn, int segments, HaltReason expected)
    {
        var options = new HaltingOptions { MaxSegments = 4, MinSegments = 2, ExplorationProbability = 1, Rule = rule };
        var policy = new QValueHalting(options);
        policy.Decide(new SegmentState(segments, halt, goOn)).Should().Be(expected);

        // In training mode adaptive halting would explore; as a policy of inference it decides alike in both.
        using var generator = new torch.Generator(1);
        using var adaptive = new AdaptiveHalting(options, generator);
        foreach (var trains in new[] { true, false })
        {
            adaptive.train(trains);
            ((IHaltingPolicy)adaptive).Decide(new SegmentState(segments, halt, goOn)).Should().Be(expected);
        }
    }

    [Fact]
    public void Options_that_change_later_change_nothing()
    {
        var options = new HaltingOptions { MaxSegments = 4 };
        var policy = new QValueHalting(options);
        options.MaxSegments = 9;
        policy.MaxSegments.Should().Be(4);
    }

    [Fact]
    public void Bad_options_are_refused()
        => FluentActions.Invoking(() => new QValueHalting(new HaltingOptions { MaxSegments = 3, MinSegments = 4 }))
            .Should().Throw<InvalidConfigException>().WithMessage("halting options: Halting:MinSegments: expected 1 … 3, got 4.");
}
