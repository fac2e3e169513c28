namespace Hrm.Core.Tests;

public sealed class HaltingPolicyTests
{
    [Theory]
    [InlineData(HaltingRule.HaltOverContinue, 1f, 0f, 2, HaltReason.QValues)]
    [InlineData(HaltingRule.HaltOverContinue, 1f, 0f, 1, HaltReason.None)] // below the minimum
    [InlineData(HaltingRule.HaltOverContinue, 0f, 0f, 2, HaltReason.None)] // equal values continue
    [InlineData(HaltingRule.HaltOverContinue, -1f, -2f, 3, HaltReason.QValues)]
    [InlineData(HaltingRule.HaltOverContinue, 0f, 1f, 3, HaltReason.None)]
    [InlineData(HaltingRule.HaltOverContinue, float.NaN, 0f, 3, HaltReason.None)]
    [InlineData(HaltingRule.HaltPositive, 1f, 2f, 2, HaltReason.QValues)]
    [InlineData(HaltingRule.HaltPositive, -1f, -2f, 3, HaltReason.None)]
    [InlineData(HaltingRule.Never, 9f, -9f, 3, HaltReason.None)]
    public void Q_values_decide_by_rule_and_minimum(HaltingRule rule, float qHalt, float qContinue, int segments, HaltReason expected)
        => new QValueHalting(2, rule).Decide(new SegmentState(segments, qHalt, qContinue)).Should().Be(expected);

    [Theory]
    [InlineData(0.5, 0f, HaltReason.Confident)] // sigmoid(0) is one half
    [InlineData(0.5, -0.001f, HaltReason.None)]
    [InlineData(0.9, 2.1f, HaltReason.None)] // sigmoid(2.1) = 0.891
    [InlineData(0.9, 2.2f, HaltReason.Confident)] // sigmoid(2.2) = 0.900
    [InlineData(0.9, float.NaN, HaltReason.None)]
    [InlineData(0.9, -1000f, HaltReason.None)]
    public void Confidence_is_the_sigmoid_of_q_halt(double threshold, float qHalt, HaltReason expected)
        => new ConfidenceHalting(threshold).Decide(new SegmentState(1, qHalt, 1000)).Should().Be(expected);

    [Theory]
    [InlineData(1, HaltReason.None)]
    [InlineData(2, HaltReason.Stable)]
    [InlineData(3, HaltReason.Stable)]
    public void Stability_counts_segments_that_changed_nothing(int unchanged, HaltReason expected)
        => new StableHalting(2).Decide(new SegmentState(6, 0, 0, unchanged)).Should().Be(expected);

    [Theory]
    [InlineData(99, HaltReason.None)]
    [InlineData(100, HaltReason.Time)]
    [InlineData(101, HaltReason.Time)]
    public void Time_stops_a_puzzle_at_its_limit(int milliseconds, HaltReason expected)
        => new TimeHalting(TimeSpan.FromMilliseconds(100))
            .Decide(new SegmentState(1, 0, 0, Elapsed: TimeSpan.FromMilliseconds(milliseconds))).Should().Be(expected);

    [Theory]
    [InlineData(-1f, 0, HaltReason.None)]
    [InlineData(1f, 0, HaltReason.Confident)]
    [InlineData(-1f, 2, HaltReason.Stable)]
    [InlineData(1f, 2, HaltReason.Confident | HaltReason.Stable)]
    public void Any_stops_with_the_first_and_reports_the_reasons_of_all(float qHalt, int unchanged, HaltReason expected)
        => new AnyHalting(new ConfidenceHalting(0.5), new StableHalting(2)).Decide(new SegmentState(3, qHalt, 0, unchanged)).Should().Be(expected);

    [Fact]
    public void A_list_that_changes_later_has_no_effect()
    {
        List<IHaltingPolicy> policies = [new ConfidenceHalting(0.5)];
        var policy = new AnyHalting(policies);
        policies.Add(new ScriptedHalting(_ => HaltReason.Stable));
        policy.Decide(new SegmentState(1, -1, 0)).Should().Be(HaltReason.None);
    }

    [Fact]
    public void Values_out_of_range_are_rejected()
    {
        Action[] creations =
        [
            () => _ = new QValueHalting(0),
            () => _ = new QValueHalting(1, (HaltingRule)9),
            () => _ = new ConfidenceHalting(0),
            () => _ = new ConfidenceHalting(1),
            () => _ = new ConfidenceHalting(double.NaN),
            () => _ = new StableHalting(0),
            () => _ = new TimeHalting(TimeSpan.Zero),
            () => _ = new AnyHalting(),
            () => _ = new AnyHalting(new StableHalting(1), null!),
        ];
        creations.Should().AllSatisfy(create => create.Should().Throw<ArgumentException>());
    }
}
