namespace Hrm.Core.Tests;

/// <summary>The policies that compare one thing with one number.</summary>
public sealed class ThresholdHaltingTests
{
    [Theory]
    [InlineData(0.5, 0f, 1, HaltReason.Confident)] // sigmoid(0) is one half
    [InlineData(0.5, -0.001f, 1, HaltReason.None)]
    [InlineData(0.9, 2.1f, 1, HaltReason.None)] // sigmoid(2.1) = 0.891
    [InlineData(0.9, 2.2f, 1, HaltReason.Confident)] // sigmoid(2.2) = 0.900
    [InlineData(0.9, 2.2f, 4, HaltReason.Confident)]
    [InlineData(0.9, float.NaN, 3, HaltReason.None)]
    [InlineData(0.9, -1000f, 3, HaltReason.None)]
    public void Confidence_is_the_sigmoid_of_q_halt(double threshold, float qHalt, int segments, HaltReason expected)
        => new ConfidenceHalting(threshold).Decide(new SegmentState(segments, qHalt, 1000)).Should().Be(expected);

    [Theory]
    [InlineData(0, 1, HaltReason.None)]
    [InlineData(1, 2, HaltReason.None)]
    [InlineData(2, 3, HaltReason.Stable)]
    [InlineData(3, 4, HaltReason.Stable)]
    [InlineData(2, 6, HaltReason.Stable)]
    public void Stability_counts_segments_that_changed_nothing(int unchanged, int segments, HaltReason expected)
        => new StableHalting(2).Decide(new SegmentState(segments, 0, 0, unchanged)).Should().Be(expected);

    [Theory]
    [InlineData(99, 1, HaltReason.None)]
    [InlineData(100, 1, HaltReason.Time)]
    [InlineData(101, 4, HaltReason.Time)]
    public void Time_counts_from_the_first_segment(int milliseconds, int segments, HaltReason expected)
        => new TimeHalting(TimeSpan.FromMilliseconds(100))
            .Decide(new SegmentState(segments, 0, 0, Elapsed: TimeSpan.FromMilliseconds(milliseconds))).Should().Be(expected);

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void A_threshold_that_is_no_probability_is_refused(double threshold)
        => FluentActions.Invoking(() => new ConfidenceHalting(threshold)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(threshold));

    [Fact]
    public void Numbers_that_are_not_positive_are_refused()
    {
        Action[] creations = [() => _ = new StableHalting(0), () => _ = new TimeHalting(TimeSpan.Zero)];
        creations.Should().AllSatisfy(create => create.Should().Throw<ArgumentOutOfRangeException>());
    }
}
