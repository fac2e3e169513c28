namespace Hrm.Core.Tests;

public sealed class CombinedHaltingTests
{
    private static readonly IHaltingPolicy Sure = new ConfidenceHalting(0.5);
    private static readonly IHaltingPolicy Stable = new StableHalting(2);

    [Theory]
    [InlineData(1, -1f, 0, HaltReason.None)]
    [InlineData(1, 1f, 0, HaltReason.Confident)]
    [InlineData(3, -1f, 2, HaltReason.Stable)]
    [InlineData(3, 1f, 2, HaltReason.Confident | HaltReason.Stable)]
    public void Any_stops_with_the_first_and_gives_the_reasons_of_all_that_would(int segments, float qHalt, int unchanged, HaltReason expected)
        => new AnyHalting(Sure, Stable).Decide(new SegmentState(segments, qHalt, 0, unchanged)).Should().Be(expected);

    [Theory]
    [InlineData(1, 1f, 0, HaltReason.None)]
    [InlineData(3, -1f, 2, HaltReason.None)]
    [InlineData(3, 1f, 2, HaltReason.Confident | HaltReason.Stable)]
    [InlineData(6, -1f, 0, HaltReason.None)]
    public void All_stops_when_the_last_would(int segments, float qHalt, int unchanged, HaltReason expected)
        => new AllHalting(Sure, Stable).Decide(new SegmentState(segments, qHalt, 0, unchanged)).Should().Be(expected);

    /// <summary>Stops when the answer is stable and either the confidence is high or time is over.</summary>
    [Theory]
    [InlineData(1f, 0, 0, HaltReason.None)]
    [InlineData(1f, 2, 0, HaltReason.Confident | HaltReason.Stable)]
    [InlineData(-1f, 2, 0, HaltReason.None)]
    [InlineData(-1f, 2, 1, HaltReason.Stable | HaltReason.Time)]
    public void Combinations_combine(float qHalt, int unchanged, int seconds, HaltReason expected)
        => new AllHalting(Stable, new AnyHalting(Sure, new TimeHalting(TimeSpan.FromSeconds(1))))
            .Decide(new SegmentState(3, qHalt, 0, unchanged, TimeSpan.FromSeconds(seconds))).Should().Be(expected);

    [Fact]
    public void A_list_that_changes_later_changes_nothing()
    {
        List<IHaltingPolicy> policies = [Sure];
        var policy = new AnyHalting(policies);
        policies.Add(new ScriptedHalting(_ => HaltReason.Stable));
        policy.Decide(new SegmentState(1, -1, 0)).Should().Be(HaltReason.None);
    }

    [Fact]
    public void No_policy_or_a_missing_one_is_refused()
    {
        FluentActions.Invoking(() => new AnyHalting()).Should().Throw<ArgumentException>().WithMessage("*at least one*");
        FluentActions.Invoking(() => new AllHalting(Sure, null!)).Should().Throw<ArgumentException>().WithMessage("*null*");
    }
}
