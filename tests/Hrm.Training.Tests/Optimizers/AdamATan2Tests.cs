using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class AdamATan2Tests
{
    private static readonly float[] Start = [1, -2, 0.5f, 0];

    [Fact]
    public void Step_follows_the_formula_in_every_entry()
    {
        using var scope = NewDisposeScope();
        var options = new OptimizerOptions { Beta1 = 0.8, Beta2 = 0.9, WeightDecay = 0.5 };
        var parameter = new Parameter(tensor(Start));
        using var optimizer = new AdamATan2([parameter], options);
        var expected = Start.Select(value => (double)value).ToArray();
        var (means, squares) = (new double[4], new double[4]);
        var random = new Random(1);
        for (var step = 1; step <= 5; step++)
        {
            var gradient = Enumerable.Range(0, 4).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 3))).ToArray();
            parameter.grad = tensor(gradient, ScalarType.Float32);
            optimizer.Step(0.1 * step);
            for (var i = 0; i < 4; i++)
            {
                means[i] += 0.2 * (gradient[i] - means[i]);
                squares[i] += 0.1 * ((gradient[i] * gradient[i]) - squares[i]);
                expected[i] *= 1 - (0.1 * step * 0.5);
                expected[i] -= 0.1 * step / (1 - Math.Pow(0.8, step)) * Math.Atan2(means[i], Math.Sqrt(squares[i] / (1 - Math.Pow(0.9, step))));
            }

            parameter.detach().BeCloseTo(tensor(expected), 1e-6, $"step {step}");
        }
    }

    [Fact]
    public void Step_zero_gradient_leaves_weight_decay_alone()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(tensor(Start));
        using var optimizer = new AdamATan2([parameter], new OptimizerOptions { WeightDecay = 0.5 });
        for (var step = 0; step < 3; step++)
        {
            parameter.grad = zeros(4);
            optimizer.Step(0.5);
        }

        // 3/4 a step, exact in binary.
        parameter.detach().data<float>().ToArray().Should().Equal(Start.Select(value => value * 0.75f * 0.75f * 0.75f));
    }

    [Fact]
    public void Step_without_gradient_changes_neither_weight_nor_state()
    {
        using var scope = NewDisposeScope();
        var late = new Parameter(tensor(Start));
        var fresh = new Parameter(tensor(Start));
        var other = new Parameter(tensor(Start));
        using var optimizer = new AdamATan2([late, other], new OptimizerOptions());
        for (var step = 0; step < 3; step++)
        {
            other.grad = ones(4);
            optimizer.Step(0.1);
        }

        late.detach().data<float>().ToArray().Should().Equal(Start);
        other.detach().data<float>().ToArray().Should().NotEqual(Start);

        using var fromStart = new AdamATan2([fresh], new OptimizerOptions());
        late.grad = full(4, 2.0f);
        fresh.grad = full(4, 2.0f);
        optimizer.Step(0.1);
        fromStart.Step(0.1);
        late.detach().data<float>().ToArray().Should().Equal(fresh.detach().data<float>().ToArray());
    }

    [Fact]
    public void Step_leaves_the_gradient_and_ClearGradients_drops_it()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(tensor(Start));
        using var optimizer = new AdamATan2([parameter], new OptimizerOptions());
        parameter.grad = ones(4);
        optimizer.Step(0.1);
        parameter.grad!.data<float>().ToArray().Should().AllBeEquivalentTo(1f);
        optimizer.ClearGradients();
        parameter.grad.Should().BeNull();
    }

    [Fact]
    public void Constructor_lists_every_bad_option()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(tensor(Start));
        var bad = new OptimizerOptions { Beta1 = 1, Beta2 = -0.5, WeightDecay = double.NaN };
        FluentActions.Invoking(() => new AdamATan2([parameter], bad)).Should().Throw<InvalidConfigException>()
            .Which.Errors.Should().SatisfyRespectively(
                error => error.Should().StartWith("Beta1: expected ").And.EndWith("got 1"),
                error => error.Should().StartWith("Beta2: expected ").And.EndWith("got -0.5"),
                error => error.Should().Be("WeightDecay: expected a finite number of at least 0, got NaN"));
    }

    [Fact]
    public void Constructor_without_parameters_is_refused()
        => FluentActions.Invoking(() => new AdamATan2([], new OptimizerOptions())).Should().Throw<ArgumentException>();
}
