namespace Hrm.Core.Tests;

public sealed class CombinedHaltingTests
{
    private static readonly IHaltingPolicy Sure = new ConfidenceHalting(0.5, 8);
    private static readonly IHaltingPolicy Stable = new StableHalting(2, 6);

    [Theory]
    [InlineData(1, -1f, 0, HaltReason.None)]
    [InlineData(1, 1f, 0, HaltReason.Confident)]
    [InlineData(3, -1f, 2, HaltReason.Stable)]
    [InlineData(3, 1f, 2, HaltReason.Confident | HaltReason.Stable)]
    [InlineData(6, -1f, 0, HaltReason.Maximum)]
    [InlineData(6, 1f, 0, HaltReason.Confident | HaltReason.Maximum)]
    public void Any_stops_with_the_first_and_gives_the_reasons_of_all_that_would(int segments, float qHalt, int unchanged, HaltReason expected)
        => new AnyHalting(Sure, Stable).Decide(new SegmentState(segments, qHalt, 0, unchanged)).Should().Be(expected);

    [Theory]
    [InlineData(1, 1f, 0, HaltReason.None)]
    [InlineData(3, -1f, 2, HaltReason.None)]
    [InlineData(3, 1f, 2, HaltReason.Confident | HaltReason.Stable)]
    [InlineData(6, -1f, 0, HaltReason.None)]
    [InlineData(6, 1f, 0, HaltReason.Confident | HaltReason.Maximum)]
    [InlineData(8, -1f, 0, HaltReason.Maximum)]
    [InlineData(8, -1f, 2, HaltReason.Maximum | HaltReason.Stable)]
    public void All_stops_when_the_last_would(int segments, float qHalt, int unchanged, HaltReason expected)
        => new AllHalting(Sure, Stable).Decide(new SegmentState(segments, qHalt, 0, unchanged)).Should().Be(expected);

    [Fact]
    public void The_maximum_is_the_smallest_of_any_and_the_largest_of_all()
    {
        new AnyHalting(Sure, Stable).MaxSegments.Should().Be(6);
        new AllHalting(Sure, Stable).MaxSegments.Should().Be(8);
    }

    /// <summary>"At least three segments, and then as soon as the model is sure or the answer stands still."</summary>
    [Fact]
    public void Combinations_combine()
    {
        var policy = new AllHalting(new FixedHalting(3), new AnyHalting(Sure, Stable));
        policy.Decide(new SegmentState(2, 1, 0)).Should().Be(HaltReason.None);
        policy.Decide(new SegmentState(3, 1, 0)).Should().Be(HaltReason.Maximum | HaltReason.Confident);
        policy.Decide(new SegmentState(4, -1, 0, 1)).Should().Be(HaltReason.None);
        policy.MaxSegments.Should().Be(6);
    }

    [Fact]
    public void A_list_that_changes_later_changes_nothing()
    {
        List<IHaltingPolicy> policies = [Sure];
        var policy = new AnyHalting(policies);
        policies.Add(new FixedHalting(1));
        policy.Decide(new SegmentState(1, -1, 0)).Should().Be(HaltReason.None);
    }

    [Fact]
    public void No_policy_or_a_missing_one_is_refused()
    {
        FluentActions.Invoking(() => new AnyHalting()).Should().Throw<ArgumentException>().WithMessage("*at least one*");
        FluentActions.Invoking(() => new AllHalting(Sure, null!)).Should().Throw<ArgumentException>().WithMessage("*null*");
    }
}
