using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class AdaptiveHaltingTests
{
    private const int Rows = 20_000;

    [Fact]
    public void Options_have_the_defaults_of_the_paper_and_report_every_bad_field_at_once()
    {
        var options = new HaltingOptions();
        (options.MaxSegments, options.ExplorationProbability, options.Rule).Should().Be((16, 0.1, HaltingRule.HaltOverContinue));
        options.FindErrors().Should().BeEmpty();
        new HaltingOptions { MaxSegments = 0, ExplorationProbability = 1.5, Rule = (HaltingRule)9 }.FindErrors().Should().Equal(
            "MaxSegments: expected 1 … 65536, got 0",
            "ExplorationProbability: expected 0 … 1, got 1.5",
            "Rule: expected HaltOverContinue or HaltPositive or Never, got 9");
    }

    [Theory]
    [InlineData(HaltingRule.HaltOverContinue, 1f, 0f, 1, true)]
    [InlineData(HaltingRule.HaltOverContinue, 0f, 1f, 1, false)]
    [InlineData(HaltingRule.HaltOverContinue, 0f, 0f, 1, false)] // equal values continue
    [InlineData(HaltingRule.HaltOverContinue, -1f, -2f, 1, true)]
    [InlineData(HaltingRule.HaltOverContinue, 0f, 1f, 3, false)]
    [InlineData(HaltingRule.HaltOverContinue, 0f, 1f, 4, true)] // the last segment
    [InlineData(HaltingRule.HaltOverContinue, 0f, 1f, 5, true)] // beyond it
    [InlineData(HaltingRule.HaltPositive, 1f, 2f, 1, true)]
    [InlineData(HaltingRule.HaltPositive, -1f, -2f, 1, false)]
    [InlineData(HaltingRule.HaltPositive, 0f, -2f, 1, false)]
    [InlineData(HaltingRule.HaltPositive, -1f, -2f, 4, true)]
    [InlineData(HaltingRule.Never, 1f, -1f, 3, false)]
    [InlineData(HaltingRule.Never, -1f, 1f, 4, true)]
    public void Rule_and_maximum_decide(HaltingRule rule, float halt, float qContinue, int segments, bool expected)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var policy = new AdaptiveHalting(new HaltingOptions { MaxSegments = 4, Rule = rule }, generator);
        var decision = policy.Decide(tensor([halt]).requires_grad_(true), tensor([qContinue]), tensor([segments]), minimum: null);
        decision.dtype.Should().Be(ScalarType.Bool);
        decision.requires_grad.Should().BeFalse();
        decision.Equals(tensor([expected])).Should().BeTrue();
    }

    [Fact]
    public void Each_row_has_its_own_values_segments_and_minimum()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var policy = new AdaptiveHalting(new HaltingOptions { MaxSegments = 4 }, generator);
        var decision = policy.Decide(tensor([1f, 0f, 0f, 1f, 1f, 1f]), tensor([0f, 1f, 1f, 0f, 0f, 0f]), tensor([1, 1, 4, 4, 2, 3]), tensor([0, 0, 0, 0, 3, 3]));
        decision.Equals(tensor([true, false, true, true, false, true])).Should().BeTrue();
    }

    /// <summary>χ² of 6 degrees is below 22.5 in 99.9 %.</summary>
    [Fact]
    public void Minima_are_uniform_from_two_to_the_maximum()
    {
        using var scope = NewDisposeScope();
        var counts = Draw(1, maximum: 8)!.bincount(weights: null, minlength: 10).data<long>().ToArray();
        (counts[0], counts[1], counts[9]).Should().Be((0, 0, 0));
        var expected = Rows / 7.0;
        counts[2..9].Sum(count => Math.Pow(count - expected, 2) / expected).Should().BeLessThan(22.5);
    }

    /// <summary>Four standard errors are 0.014.</summary>
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.6)]
    public void Exploration_has_its_share_of_rows(double probability)
    {
        using var scope = NewDisposeScope();
        (Draw(probability, maximum: 8)!.count_nonzero().item<long>() / (double)Rows).Should().BeApproximately(probability, 0.014);
    }

    [Fact]
    public void Draws_repeat_with_the_seed_and_differ_from_call_to_call()
    {
        using var scope = NewDisposeScope();
        Tensor[] Twice(ulong seed)
        {
            using var generator = new Generator(seed);
            var policy = new AdaptiveHalting(new HaltingOptions { ExplorationProbability = 0.5 }, generator);
            return [policy.DrawMinimum(100, CPU)!, policy.DrawMinimum(100, CPU)!];
        }

        var (first, again, other) = (Twice(1), Twice(1), Twice(2));
        first[0].Equals(again[0]).Should().BeTrue();
        first[1].Equals(again[1]).Should().BeTrue();
        first[0].Equals(first[1]).Should().BeFalse();
        first[0].Equals(other[0]).Should().BeFalse();
    }

    [Theory]
    [InlineData(1, 1.0)] // a single segment
    [InlineData(16, 0.0)] // no exploration
    public void Nothing_is_drawn_if_nothing_is_explored(int maximum, double probability)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var before = generator.get_state();
        new AdaptiveHalting(new HaltingOptions { MaxSegments = maximum, ExplorationProbability = probability }, generator).DrawMinimum(4, CPU).Should().BeNull();
        generator.get_state().Equals(before).Should().BeTrue();
    }

    private static Tensor? Draw(double probability, int maximum)
    {
        using var generator = new Generator(11);
        return new AdaptiveHalting(new HaltingOptions { MaxSegments = maximum, ExplorationProbability = probability }, generator).DrawMinimum(Rows, CPU);
    }
}
