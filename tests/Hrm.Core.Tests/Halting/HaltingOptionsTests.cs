namespace Hrm.Core.Tests;

public sealed class HaltingOptionsTests
{
    [Fact]
    public void Defaults_are_the_papers()
    {
        var options = new HaltingOptions();
        options.MaxSegments.Should().Be(16);
        options.ExplorationProbability.Should().Be(0.1);
        options.Rule.Should().Be(HaltingRule.HaltOverContinue);
        options.FindErrors().Should().BeEmpty();
    }

    [Fact]
    public void Every_bad_field_is_reported_at_once()
    {
        var options = new HaltingOptions { MaxSegments = 0, ExplorationProbability = 1.5, Rule = (HaltingRule)9 };
        options.FindErrors().Should().Equal(
            "MaxSegments: expected 1 … 65536, got 0",
            "ExplorationProbability: expected 0 … 1, got 1.5",
            "Rule: expected HaltOverContinue or HaltPositive or Never, got 9");
    }

    [Theory]
    [InlineData(65537, 0.5)]
    [InlineData(1, -0.1)]
    [InlineData(1, double.NaN)]
    public void Values_outside_the_range_are_refused(int maximum, double probability)
        => new HaltingOptions { MaxSegments = maximum, ExplorationProbability = probability }.FindErrors().Should().ContainSingle();

    [Theory]
    [InlineData(1, 0.0)]
    [InlineData(65536, 1.0)]
    public void Ends_of_the_range_are_taken(int maximum, double probability)
        => new HaltingOptions { MaxSegments = maximum, ExplorationProbability = probability }.FindErrors().Should().BeEmpty();
}
