using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class AdaptiveHaltingTests
{
    private const int Rows = 20_000;

    [Theory]
    [InlineData(HaltingRule.HaltOverContinue, 1f, 0f, 1, true)]
    [InlineData(HaltingRule.HaltOverContinue, 0f, 1f, 1, false)]
    [InlineData(HaltingRule.HaltOverContinue, 0f, 0f, 1, false)] // as good as going on is not better
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
    public void Rule_and_maximum_decide(HaltingRule rule, float halt, float goOn, int segments, bool expected)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        foreach (var trains in new[] { true, false })
        {
            using var policy = new AdaptiveHalting(new HaltingOptions { MaxSegments = 4, ExplorationProbability = 0, Rule = rule }, generator);
            policy.train(trains);
            var decision = policy.call(tensor([halt]), tensor([goOn]), tensor([segments]));
            decision.dtype.Should().Be(ScalarType.Bool);
            decision.Equals(tensor([expected])).Should().BeTrue($"training {trains}");
        }
    }

    [Fact]
    public void Rows_are_decided_one_by_one()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var policy = new AdaptiveHalting(new HaltingOptions { MaxSegments = 4, ExplorationProbability = 0 }, generator);
        var decision = policy.call(tensor([1f, 0f, 0f, 1f]), tensor([0f, 1f, 1f, 0f]), tensor([1, 1, 4, 4]));
        decision.Equals(tensor([true, false, true, true])).Should().BeTrue();
    }

    /// <summary>With ε = 1 a row that wants to halt at k may where its minimum is at most k: (k - 1) / (M - 1) of the rows.</summary>
    [Fact]
    public void Exploration_draws_the_minimum_uniformly_from_two_to_the_maximum()
    {
        const int Maximum = 8;
        using var scope = NewDisposeScope();
        var halted = Enumerable.Range(1, Maximum).Select(segments => HaltedShare(1, Maximum, segments) * Rows).ToArray();
        halted[0].Should().Be(0);
        halted[^1].Should().Be(Rows);

        // The same seed each time, so differences count the rows of each minimum; χ² of 6 degrees is below 22.5 in 99.9 %.
        var expected = Rows / (double)(Maximum - 1);
        var chiSquare = halted.Zip(halted.Skip(1), (before, after) => Math.Pow(after - before - expected, 2) / expected).Sum();
        chiSquare.Should().BeLessThan(22.5);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    [InlineData(0.6)]
    public void Exploration_holds_back_its_share_of_rows(double probability)
    {
        using var scope = NewDisposeScope();

        // Every minimum is above 1, so whoever explores goes on after the first segment; four standard errors are 0.014.
        var tolerance = probability == 0 ? 0 : 0.014;
        HaltedShare(probability, maximum: 8, segments: 1).Should().BeApproximately(1 - probability, tolerance);
    }

    [Fact]
    public void Exploration_never_halts_a_row_that_wants_to_go_on()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var policy = new AdaptiveHalting(new HaltingOptions { MaxSegments = 8, ExplorationProbability = 1 }, generator);
        var decision = policy.call(zeros(Rows), ones(Rows), full([Rows], 7, ScalarType.Int32));
        decision.any().item<bool>().Should().BeFalse();
    }

    [Fact]
    public void Decisions_repeat_with_the_seed_and_go_on_from_call_to_call()
    {
        using var scope = NewDisposeScope();
        Tensor[] Decide(ulong seed)
        {
            using var generator = new Generator(seed);
            using var policy = new AdaptiveHalting(new HaltingOptions { ExplorationProbability = 0.5 }, generator);
            var (qHalt, qContinue, segments) = (ones(100), zeros(100), ones([100], ScalarType.Int32));
            return [policy.call(qHalt, qContinue, segments), policy.call(qHalt, qContinue, segments)];
        }

        var (first, again, other) = (Decide(1), Decide(1), Decide(2));
        first[0].Equals(again[0]).Should().BeTrue();
        first[1].Equals(again[1]).Should().BeTrue();
        first[0].Equals(first[1]).Should().BeFalse();
        first[0].Equals(other[0]).Should().BeFalse();
    }

    [Theory]
    [InlineData(false, 16, 1.0)] // evaluation
    [InlineData(true, 1, 1.0)] // a single segment
    [InlineData(true, 16, 0.0)] // no exploration
    public void Nothing_is_drawn_where_nothing_is_explored(bool trains, int maximum, double probability)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var policy = new AdaptiveHalting(new HaltingOptions { MaxSegments = maximum, ExplorationProbability = probability }, generator);
        policy.train(trains);
        var before = generator.get_state();
        var decision = policy.call(ones(4), zeros(4), ones([4], ScalarType.Int32));
        decision.all().item<bool>().Should().BeTrue();
        generator.get_state().Equals(before).Should().BeTrue();
    }

    [Fact]
    public void Decisions_have_no_gradient_and_the_policy_no_weights()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var policy = new AdaptiveHalting(new HaltingOptions(), generator);
        policy.call(ones(4).requires_grad_(true), zeros(4), ones([4], ScalarType.Int32)).requires_grad.Should().BeFalse();
        policy.state_dict().Should().BeEmpty();
    }

    /// <summary>The share of rows that halt, where all of them want to.</summary>
    private static double HaltedShare(double probability, int maximum, int segments)
    {
        using var generator = new Generator(11);
        using var policy = new AdaptiveHalting(new HaltingOptions { MaxSegments = maximum, ExplorationProbability = probability }, generator);
        var decision = policy.call(ones(Rows), zeros(Rows), full([Rows], segments, ScalarType.Int32));
        return decision.to_type(ScalarType.Float64).mean().item<double>();
    }
}
