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

    public static TheoryData<IHaltingPolicy, SegmentState, HaltReason> Decisions => new()
    {
        { new ConfidenceHalting(0.5), new(1, 0, 1000), HaltReason.Confident }, // sigmoid(0) is one half
        { new ConfidenceHalting(0.5), new(1, -0.001f, 1000), HaltReason.None },
        { new ConfidenceHalting(0.9), new(1, 2.1f, 1000), HaltReason.None }, // sigmoid(2.1) = 0.891
        { new ConfidenceHalting(0.9), new(1, 2.2f, 1000), HaltReason.Confident }, // sigmoid(2.2) = 0.900
        { new ConfidenceHalting(0.9), new(1, float.NaN, 1000), HaltReason.None },
        { new ConfidenceHalting(0.9), new(1, -1000, 1000), HaltReason.None },
        { new StableHalting(2), new(6, 0, 0, UnchangedSegments: 1), HaltReason.None },
        { new StableHalting(2), new(6, 0, 0, UnchangedSegments: 2), HaltReason.Stable },
        { new StableHalting(2), new(6, 0, 0, UnchangedSegments: 3), HaltReason.Stable },
        { new TimeHalting(TimeSpan.FromSeconds(1)), new(1, 0, 0, Elapsed: TimeSpan.FromSeconds(0.99)), HaltReason.None },
        { new TimeHalting(TimeSpan.FromSeconds(1)), new(1, 0, 0, Elapsed: TimeSpan.FromSeconds(1)), HaltReason.Time },
        { new TimeHalting(TimeSpan.FromSeconds(1)), new(1, 0, 0, Elapsed: TimeSpan.FromSeconds(1.01)), HaltReason.Time },
        { new AnyHalting(new ConfidenceHalting(0.5), new StableHalting(2)), new(3, -1, 0), HaltReason.None },
        { new AnyHalting(new ConfidenceHalting(0.5), new StableHalting(2)), new(3, 1, 0), HaltReason.Confident },
        { new AnyHalting(new ConfidenceHalting(0.5), new StableHalting(2)), new(3, -1, 0, UnchangedSegments: 2), HaltReason.Stable },
        { new AnyHalting(new ConfidenceHalting(0.5), new StableHalting(2)), new(3, 1, 0, UnchangedSegments: 2), HaltReason.Confident | HaltReason.Stable },
    };

    [Theory]
    [MemberData(nameof(Decisions))]
    public void Each_policy_decides_by_its_part_of_the_state(IHaltingPolicy policy, SegmentState state, HaltReason expected)
        => policy.Decide(state).Should().Be(expected);

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
