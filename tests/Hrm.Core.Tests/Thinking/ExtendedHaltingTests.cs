namespace Hrm.Core.Tests;

public sealed class ExtendedHaltingTests
{
    [Theory]
    [InlineData(4, HaltReason.None)] // its own maximum
    [InlineData(9, HaltReason.None)]
    [InlineData(10, HaltReason.Maximum)]
    public void A_fixed_number_of_segments_becomes_another(int segments, HaltReason expected)
        => new ExtendedHalting(new FixedHalting(4), 10).Decide(new SegmentState(segments, 0, 0)).Should().Be(expected);

    [Theory]
    [InlineData(1, 1f, HaltReason.None)] // below the minimum
    [InlineData(2, 1f, HaltReason.QValues)]
    [InlineData(4, -1f, HaltReason.None)]
    [InlineData(7, 1f, HaltReason.QValues)]
    [InlineData(10, 1f, HaltReason.QValues)]
    [InlineData(10, -1f, HaltReason.Maximum)]
    public void What_else_the_policy_looks_at_stays(int segments, float qHalt, HaltReason expected)
        => new ExtendedHalting(new QValueHalting(4, minSegments: 2), 10)
            .Decide(new SegmentState(segments, qHalt, 0)).Should().Be(expected);

    [Theory]
    [InlineData(1, -1f, HaltReason.None)]
    [InlineData(1, 1f, HaltReason.QValues)]
    [InlineData(2, -1f, HaltReason.None)]
    [InlineData(3, -1f, HaltReason.Maximum)]
    public void A_policy_of_one_segment_can_be_extended_too(int segments, float qHalt, HaltReason expected)
        => new ExtendedHalting(new QValueHalting(1), 3).Decide(new SegmentState(segments, qHalt, 0)).Should().Be(expected);

    /// <summary>The policies of the library take another maximum without being told a false number of segments.</summary>
    [Fact]
    public void Known_policies_keep_all_that_they_ask_for()
    {
        var late = HaltingPolicies.WithMaximum(new QValueHalting(8, minSegments: 8), 32);
        late.Decide(new SegmentState(7, 1, 0)).Should().Be(HaltReason.None);
        late.Decide(new SegmentState(8, 1, 0)).Should().Be(HaltReason.QValues);
        late.Decide(new SegmentState(31, -1, 0)).Should().Be(HaltReason.None);
        late.Decide(new SegmentState(32, -1, 0)).Should().Be(HaltReason.Maximum);

        var both = HaltingPolicies.WithMaximum(new AllHalting(new QValueHalting(8), new StableHalting(2, 16)), 32);
        both.MaxSegments.Should().Be(32);
        both.Decide(new SegmentState(20, -1, 0, UnchangedSegments: 5)).Should().Be(HaltReason.None, "halting is not preferred, and the old maximum does not count");
        both.Decide(new SegmentState(20, 1, 0, UnchangedSegments: 2)).Should().Be(HaltReason.QValues | HaltReason.Stable);

        var capped = HaltingPolicies.WithMaximum(new AllHalting(new FixedHalting(2), new StableHalting(2, 16)), 4);
        capped.MaxSegments.Should().Be(4);
        capped.Decide(new SegmentState(3, 0, 0, UnchangedSegments: 2)).Should().Be(HaltReason.Maximum | HaltReason.Stable, "two segments were enough before the cap");
        capped.Decide(new SegmentState(3, 0, 0)).Should().Be(HaltReason.None);
        capped.Decide(new SegmentState(4, 0, 0)).Should().Be(HaltReason.Maximum);

        var any = HaltingPolicies.WithMaximum(new AnyHalting(new ConfidenceHalting(0.9, 4), new TimeHalting(TimeSpan.FromSeconds(1), 6)), 12);
        any.MaxSegments.Should().Be(12);
        any.Decide(new SegmentState(11, 0, 0)).Should().Be(HaltReason.None);
        any.Decide(new SegmentState(2, 5, 0)).Should().Be(HaltReason.Confident);
        any.Decide(new SegmentState(2, 0, 0, 0, TimeSpan.FromSeconds(2))).Should().Be(HaltReason.Time);
        HaltingPolicies.WithMaximum(new FixedHalting(4), 2).Decide(new SegmentState(2, 0, 0)).Should().Be(HaltReason.Maximum);
    }

    [Fact]
    public void A_maximum_can_be_lowered()
        => new ExtendedHalting(new FixedHalting(16), 3).Decide(new SegmentState(3, 0, 0)).Should().Be(HaltReason.Maximum);
}
