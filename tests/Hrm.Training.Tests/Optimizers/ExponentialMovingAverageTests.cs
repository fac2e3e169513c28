using Hrm.TestKit;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class ExponentialMovingAverageTests : IDisposable
{
    private readonly Parameter _parameter = new(tensor(new float[] { 1, -2, 3 }));

    public void Dispose() => _parameter.Dispose();

    [Fact]
    public void Update_follows_the_formula_from_a_copy_of_the_start()
    {
        const double Decay = 0.9;
        using var scope = NewDisposeScope();
        using var average = new ExponentialMovingAverage([_parameter], Decay);
        var expected = Values().Select(value => (double)value).ToArray();
        for (var step = 1; step <= 5; step++)
        {
            Change(step);
            average.Update();
            expected = [.. expected.Zip(Values(), (shadow, value) => (Decay * shadow) + ((1 - Decay) * value))];
            using var applied = average.Apply();
            _parameter.detach().BeCloseTo(tensor(expected), 5e-7, $"step {step}");
        }
    }

    [Fact]
    public void Apply_restores_bit_for_bit_and_disposing_twice_changes_nothing()
    {
        using var average = new ExponentialMovingAverage([_parameter], 0.5);
        Change(0.1f);
        average.Update();
        var trained = Values();
        var applied = average.Apply();
        Values().Should().NotEqual(trained);
        applied.Dispose();
        Values().Should().Equal(trained);

        Change(7);
        var later = Values();
        applied.Dispose();
        Values().Should().Equal(later);
    }

    [Fact]
    public void Only_the_shadow_stays_alive_without_a_scope_of_the_caller()
    {
        var before = LiveTensors.Count();
        var average = new ExponentialMovingAverage([_parameter], 0.5);
        Tensor.TotalCount.Should().Be(before + 1);
        average.Update();
        average.Apply().Dispose();
        Tensor.TotalCount.Should().Be(before + 1);
        average.Dispose();
        average.Dispose();
        Tensor.TotalCount.Should().Be(before);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void Constructor_decay_out_of_range_is_refused(double decay)
        => FluentActions.Invoking(() => new ExponentialMovingAverage([_parameter], decay)).Should().Throw<ArgumentOutOfRangeException>();

    private void Change(float amount)
    {
        using var noGradient = no_grad();
        _parameter.mul_(1.5f).add_(amount);
    }

    private float[] Values()
    {
        using var values = _parameter.detach();
        return values.data<float>().ToArray();
    }
}
