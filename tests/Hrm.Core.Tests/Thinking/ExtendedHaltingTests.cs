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

    [Fact]
    public void A_maximum_can_be_lowered()
        => new ExtendedHalting(new FixedHalting(16), 3).Decide(new SegmentState(3, 0, 0)).Should().Be(HaltReason.Maximum);
}
