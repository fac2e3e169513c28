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
    [InlineData(HaltingRule.Never, 9f, -9f, 3, HaltReason.None)]
    [InlineData(HaltingRule.Never, 9f, -9f, 4, HaltReason.Maximum)]
    public void Rule_minimum_and_maximum_decide(HaltingRule rule, float halt, float goOn, int segments, HaltReason expected)
    {
        var policy = new QValueHalting(4, 2, rule);
        policy.MaxSegments.Should().Be(4);
        policy.Decide(new SegmentState(segments, halt, goOn)).Should().Be(expected);
    }

    /// <summary>In training mode adaptive halting would explore; as a policy of inference it decides alike in both.</summary>
    [Theory]
    [InlineData(1f, 0f, 1, HaltReason.QValues)]
    [InlineData(0f, 1f, 3, HaltReason.None)]
    [InlineData(0f, 1f, 4, HaltReason.Maximum)]
    public void Adaptive_halting_is_this_rule_without_a_minimum(float halt, float goOn, int segments, HaltReason expected)
    {
        using var generator = new torch.Generator(1);
        using var adaptive = new AdaptiveHalting(new HaltingOptions { MaxSegments = 4, ExplorationProbability = 1 }, generator);
        foreach (var trains in new[] { true, false })
        {
            adaptive.train(trains);
            ((IHaltingPolicy)adaptive).Decide(new SegmentState(segments, halt, goOn)).Should().Be(expected);
        }
    }

    [Theory]
    [InlineData(0, 1, HaltingRule.HaltOverContinue, "maxSegments")]
    [InlineData(4, 0, HaltingRule.HaltOverContinue, "minSegments")]
    [InlineData(4, 5, HaltingRule.HaltOverContinue, "minSegments")]
    [InlineData(4, 1, (HaltingRule)9, "rule")]
    public void Values_out_of_range_are_refused(int maximum, int minimum, HaltingRule rule, string parameter)
        => FluentActions.Invoking(() => new QValueHalting(maximum, minimum, rule))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName(parameter);
}
