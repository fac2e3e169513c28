using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class StateCovarianceTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _generator = new(1);

    public void Dispose()
    {
        _generator.Dispose();
        _scope.Dispose();
    }

    /// <summary>By the definition, over the eigenvalues of the covariance in one piece.</summary>
    [Theory]
    [InlineData(2, 3, 1)]
    [InlineData(7, 5, 3)]
    [InlineData(200, 16, 50)]
    [InlineData(1000, 8, 1000)]
    public void The_ratio_and_the_shares_are_those_of_a_direct_computation(int states, int width, int part)
    {
        // A mean far from zero, and directions of unequal size.
        var samples = randn([states, width], ScalarType.Float64, generator: _generator) * linspace(0.1, 2, width, ScalarType.Float64) + 100;
        using var covariance = new StateCovariance(width);
        foreach (var rows in samples.split(part))
        {
            covariance.Add(rows);
        }

        var direct = linalg.eigvalsh(cov(samples.t())).data<double>().ToArray().Reverse().ToArray();
        covariance.Count.Should().Be(states);
        covariance.ParticipationRatio.Should().BeApproximately(Math.Pow(direct.Sum(), 2) / direct.Sum(value => value * value), 1e-6);
        covariance.Components(width).Shares.Zip(direct).Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second / direct.Sum(), 1e-9));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void States_of_any_shape_and_dtype_are_rows_of_their_last_dimension(ScalarType dtype)
    {
        var states = randn([4, 5, 6], generator: _generator).to(dtype);
        using var whole = new StateCovariance(6);
        using var rows = new StateCovariance(6);
        whole.Add(states);
        rows.Add(states.reshape(20, 6).to(ScalarType.Float64));
        whole.Count.Should().Be(20);
        whole.ParticipationRatio.Should().Be(rows.ParticipationRatio);
        whole.Invoking(it => it.Add(randn(3, 5))).Should().Throw<ShapeMismatchException>().WithMessage("states: expected […, 6], got [3, 5].");
    }

    [Fact]
    public void Equal_states_have_no_ratio()
    {
        using var covariance = new StateCovariance(3);
        covariance.ParticipationRatio.Should().Be(double.NaN);
        covariance.Add(zeros(0, 3));
        covariance.Invoking(it => it.Components(1)).Should().Throw<InvalidOperationException>().WithMessage("expected at least two states, got 0.");
        covariance.Add(ones(5, 3));
        covariance.ParticipationRatio.Should().Be(double.NaN);
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
        var projected = covariance.Project(states.reshape(50, 10, 5), directions);
        projected.shape.Should().Equal(50, 10, 2);
        var flat = projected.reshape(500, 2);
        flat.mean([0]).abs().max().item<double>().Should().BeLessThan(1e-9);
        (flat.var(0) / flat.var(0).sum()).data<double>().ToArray().Zip(shares).Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 1e-9));
        ((flat * flat).sum() - (states - states.mean([0])).square().sum()).abs().item<double>().Should().BeLessThan(1e-6, "two directions hold all there is");
        covariance.Invoking(it => it.Project(zeros(4), directions)).Should().Throw<ShapeMismatchException>();
    }
}
