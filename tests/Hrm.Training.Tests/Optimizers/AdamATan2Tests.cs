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
    public void Zero_gradient_applies_only_the_weight_decay()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(tensor(Start));
        using var optimizer = new AdamATan2([parameter], new OptimizerOptions { WeightDecay = 0.5 });
        for (var step = 0; step < 3; step++)
        {
            parameter.grad = zeros(4);
            optimizer.Step(0.5);
        }

        // 3/4 per step, exact in binary.
        parameter.detach().data<float>().ToArray().Should().Equal(Start.Select(value => value * 0.75f * 0.75f * 0.75f));
    }

    [Fact]
    public void Without_a_gradient_a_step_changes_neither_weight_nor_state()
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
}
