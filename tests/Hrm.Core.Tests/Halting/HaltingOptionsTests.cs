namespace Hrm.Core.Tests;

public sealed class HaltingOptionsTests
{
    [Fact]
    public void Defaults_are_those_of_the_paper()
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
    [InlineData(65537, 0.5, 1)]
    [InlineData(1, -0.1, 1)]
    [InlineData(1, double.NaN, 1)]
    [InlineData(1, 0.0, 0)]
    [InlineData(65536, 1.0, 0)]
    public void Values_are_checked_against_their_range(int maximum, double probability, int errors)
        => new HaltingOptions { MaxSegments = maximum, ExplorationProbability = probability }.FindErrors().Should().HaveCount(errors);
}
