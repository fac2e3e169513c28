using Hrm.Core;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Tool.Tests;

/// <summary>The paper's measurements of states against a direct computation.</summary>
public sealed class PaperStudiesTests : IDisposable
{
    private const int Rows = 6;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _generator = new(1);
    private readonly InMemoryPuzzleDataset _dataset;

    public PaperStudiesTests()
    {
        var random = new Random(1);
        _dataset = new InMemoryPuzzleDataset(Enumerable.Range(0, Rows).Select(_ => new PuzzleExample(Tokens(), Tokens())), 6);

        int[] Tokens() => [.. Enumerable.Range(0, 16).Select(_ => random.Next(6))];
    }

    public void Dispose()
    {
        _generator.Dispose();
        _scope.Dispose();
    }

    /// <summary>By the definition, over the eigenvalues of the covariance in one piece.</summary>
    [Theory]
    [InlineData(2, 3, 1)]
    [InlineData(7, 5, 3)]
    [InlineData(1000, 8, 300)]
    public void The_ratio_and_the_shares_are_those_of_a_direct_computation(int states, int width, int part)
    {
        // A mean far from zero, and directions of unequal size.
        var samples = randn([states, width], ScalarType.Float64, generator: _generator) * linspace(0.1, 2, width, ScalarType.Float64) + 100;
        using var covariance = new StateCovariance(width);
        covariance.ParticipationRatio.Should().Be(double.NaN);
        foreach (var rows in samples.split(part))
        {
            covariance.Add(rows);
        }

        var direct = linalg.eigvalsh(cov(samples.t())).data<double>().ToArray().Reverse().ToArray();
        covariance.Count.Should().Be(states);
        covariance.ParticipationRatio.Should().BeApproximately(Math.Pow(direct.Sum(), 2) / direct.Sum(value => value * value), 1e-6);
        covariance.Components(width).Shares.Zip(direct).Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second / direct.Sum(), 1e-9));
    }

    [Fact]
    public void Components_span_the_largest_variances_and_project_onto_them()
    {
        // Two directions, at a slant in five dimensions, the first with nine times the variance of the second.
        var (first, second) = (tensor([3.0, 4, 0, 0, 0]) / 5, tensor([0.0, 0, 1, 0, -1]) / Math.Sqrt(2));
        var places = randn([500, 2], ScalarType.Float64, generator: _generator);
        var states = (places[.., 0..1] * 3 * first) + (places[.., 1..2] * second) + 7;
        using var covariance = new StateCovariance(5);
        covariance.Add(states);

        var (directions, shares) = covariance.Components(2);

        shares[0].Should().BeApproximately(0.9, 0.02);
        shares.Sum().Should().BeApproximately(1, 1e-9);
        var flat = covariance.Project(states.reshape(50, 10, 5), directions).reshape(500, 2);
        flat.mean([0]).abs().max().item<double>().Should().BeLessThan(1e-9);
        (flat.var(0) / flat.var(0).sum()).data<double>().ToArray().Zip(shares).Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 1e-9));
        ((flat * flat).sum() - (states - states.mean([0])).square().sum()).abs().item<double>().Should().BeLessThan(1e-6, "two directions hold all there is");
    }

    /// <summary>zₖ = z* + aᵏ(z₀ − z*), so ‖zₖ₋₁ − z‖ is aᵏ⁻¹ − aⁿ of the distance from z₀ to z*.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    public void A_contraction_converges_at_its_rate(double rate)
    {
        const int Updates = 14;
        using var model = new HrmModel(HrmPresets.Tiny(16, 6), new InjectionLevel(), new LinearLevel(rate, 0.3), _generator);
        var steps = FixedPointStudy.Run(model, _dataset, 1, Updates);
        steps.Select(step => step.Update).Should().Equal(Enumerable.Range(1, Updates));
        steps[0].Distance.Should().BeGreaterThan(0.1, "the carry is far from the fixed point of L");
        var end = Math.Pow(rate, Updates);
        foreach (var step in steps)
        {
            var left = (Math.Pow(rate, step.Update - 1) - end) / (1 - end);
            step.Distance.Should().BeApproximately(left * steps[0].Distance, 1e-5 * steps[0].Distance);
        }
    }

    /// <summary>The next segment starts with the same T updates of L, which the other study measures.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(Rows)]
    public void The_first_updates_are_those_of_the_next_segment(int batchSize)
    {
        const int Segments = 3;
        using var model = new HrmModel(HrmPresets.Tiny(16, 6), _generator);
        var (highCycles, lowCycles) = (model.Config.HighCycles, model.Config.LowCycles);
        using var states = StateStudy.Run(model, _dataset, Segments + 1, batchSize);
        states.Residuals.Should().HaveCount((Segments + 1) * highCycles * (lowCycles + 1));
        states.High.Count.Should().Be((Segments + 1) * highCycles * Rows * model.Config.TokenCount, "rows that fill a batch are not run");
        var expected = states.Residuals.Skip(Segments * highCycles * (lowCycles + 1)).Take(lowCycles).Select(update => update.Relative);
        FixedPointStudy.Run(model, _dataset, Segments, lowCycles).Zip(expected).Should().HaveCount(lowCycles).And.AllSatisfy(pair =>
        {
            // A product of few rows may be computed in another order.
            pair.Second.Should().BeGreaterThan(1e-3, "the comparison must not be trivial");
            pair.First.Residual.Should().BeApproximately(pair.Second, 1e-4 * pair.Second);
        });
    }

    /// <summary>L as a contraction, <c>rate · state + share · injection</c>: for a constant injection, each update leaves this rate of the distance.</summary>
    private sealed class LinearLevel(double rate, double share) : nn.Module<Tensor, Tensor, Tensor>(nameof(LinearLevel))
    {
        public override Tensor forward(Tensor state, Tensor injection)
        {
            using var scope = NewDisposeScope();
            return ((state * rate) + (injection * share)).MoveToOuterDisposeScope(); // [B, S, D]
        }
    }

    /// <summary>H as the injection, which is zL.</summary>
    private sealed class InjectionLevel() : nn.Module<Tensor, Tensor, Tensor>(nameof(InjectionLevel))
    {
        public override Tensor forward(Tensor state, Tensor injection) => injection; // [B, S, D]
    }
}
