namespace Hrm.Core.Tests;

public sealed class QValueHaltingTests
{
    [Theory]
    [InlineData(HaltingRule.HaltOverContinue, 1f, 0f, 2, HaltReason.QValues)]
    [InlineData(HaltingRule.HaltOverContinue, 1f, 0f, 1, HaltReason.None)] // below the minimum
    [InlineData(HaltingRule.HaltOverContinue, 0f, 0f, 2, HaltReason.None)] // as good as going on is not better
    [InlineData(HaltingRule.HaltOverContinue, -1f, -2f, 3, HaltReason.QValues)]
    [InlineData(HaltingRule.HaltOverContinue, 0f, 1f, 3, HaltReason.None)]
    [InlineData(HaltingRule.HaltOverContinue, 1f, 0f, 4, HaltReason.QValues)]
    [InlineData(HaltingRule.HaltOverContinue, float.NaN, 0f, 3, HaltReason.None)]
    [InlineData(HaltingRule.HaltPositive, 1f, 2f, 2, HaltReason.QValues)]
    [InlineData(HaltingRule.HaltPositive, -1f, -2f, 3, HaltReason.None)]
    [InlineData(HaltingRule.Never, 9f, -9f, 3, HaltReason.None)]
    public void Rule_and_minimum_decide(HaltingRule rule, float halt, float goOn, int segments, HaltReason expected)
    {
        var policy = new QValueHalting(2, rule);
        policy.Decide(new SegmentState(segments, halt, goOn)).Should().Be(expected);
    }

    [Theory]
    [InlineData(0, HaltingRule.HaltOverContinue, "minSegments")]
    [InlineData(1, (HaltingRule)9, "rule")]
    public void Values_out_of_range_are_refused(int minimum, HaltingRule rule, string parameter)
        => FluentActions.Invoking(() => new QValueHalting(minimum, rule))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName(parameter);
}
