namespace Hrm.Core.Tests;

public sealed class FixedHaltingTests
{
    [Theory]
    [InlineData(1, HaltReason.None)]
    [InlineData(2, HaltReason.None)]
    [InlineData(3, HaltReason.Maximum)]
    [InlineData(4, HaltReason.Maximum)]
    public void Decide_looks_at_the_number_of_segments_alone(int segments, HaltReason expected)
    {
        var policy = new FixedHalting(3);
        policy.Decide(new SegmentState(segments, 9, 0, UnchangedSegments: 9, TimeSpan.FromDays(1))).Should().Be(expected);
        policy.MaxSegments.Should().Be(3);
    }

    [Fact]
    public void Constructor_refuses_no_segments()
    {
        var create = () => new FixedHalting(0);
        create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("segments");
    }
}
