using Hrm.Layers;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>Small letters are updates without gradient, capitals are updates with gradient.</summary>
public sealed class HierarchicalConvergenceTests : IDisposable
{
    private readonly List<string> _calls = [];
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ToyLevel _high;
    private readonly ToyLevel _low;
    private readonly Tensor _injection = tensor([0.3f, -0.2f, 0.8f], [1, 1, 3]).requires_grad_(true);
    private readonly HrmCarry _carry = new(tensor([0.5f, 0.1f, -0.4f], [1, 1, 3]), tensor([-0.7f, 0.2f, 0.6f], [1, 1, 3]));

    public HierarchicalConvergenceTests()
    {
        _high = new ToyLevel("h", 0.7f, _calls);
        _low = new ToyLevel("l", -0.6f, _calls);
    }

    [Theory]
    [InlineData(1, 1, GradientMode.OneStep, "LH")]
    [InlineData(2, 3, GradientMode.OneStep, "lllh llLH")]
    [InlineData(3, 1, GradientMode.OneStep, "lh lh LH")]
    [InlineData(1, 1, GradientMode.LastCycle, "LH")]
    [InlineData(2, 3, GradientMode.LastCycle, "lllh LLLH")]
    [InlineData(2, 3, GradientMode.FullUnroll, "LLLH LLLH")]
    public void Updates_are_in_order_and_record_gradients_by_the_mode(int highCycles, int lowCycles, GradientMode mode, string expected)
    {
        using var loop = Loop(highCycles, lowCycles, mode);
        loop.call(_carry, _injection);
        string.Concat(_calls).Should().Be(expected.Replace(" ", string.Empty, StringComparison.Ordinal));
    }

    /// <summary>O(1) in N and T: earlier states must not live until the segment ends.</summary>
    [Theory]
    [InlineData(2, 2)]
    [InlineData(8, 2)]
    [InlineData(2, 8)]
    public void The_number_of_live_states_does_not_grow_with_the_cycles(int highCycles, int lowCycles)
    {
        using var loop = Loop(highCycles, lowCycles, GradientMode.OneStep);
        using var scope = NewDisposeScope();
        var start = Tensor.TotalCount;
        var most = 0L;
        loop.Updated = _ => most = Math.Max(most, Tensor.TotalCount - start);
        loop.call(_carry, _injection);

        // Both states before and after an update, the injection, and the tensors of the toy modules.
        most.Should().BeLessThan(16);
    }

    [Fact]
    public void Modules_may_return_their_arguments()
    {
        using var scope = NewDisposeScope();
        using var loop = new HierarchicalConvergence(new FunctionLevel((_, low) => low), new FunctionLevel((low, _) => low), 3, 2);
        var result = loop.call(_carry, _injection);
        result.High.Equals(_carry.Low).Should().BeTrue();
        result.Low.Equals(_carry.Low).Should().BeTrue();
        _carry.High.IsInvalid.Should().BeFalse();
    }

    /// <summary>Casts of weights are shared within a call, and only there.</summary>
    [Fact]
    public void Weights_changed_between_two_calls_take_effect()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator(1);
        using var linear = new CastedLinear(3, 3, generator);
        using var projects = new FunctionLevel((state, injection) => linear.call(state + injection));
        using var loop = new HierarchicalConvergence(projects, projects, 1, 1);
        var (high, low) = (_carry.High.to_type(ScalarType.BFloat16), _carry.Low.to_type(ScalarType.BFloat16));
        var injection = _injection.to_type(ScalarType.BFloat16);
        var expected = linear.call(high + linear.call(low + (high + injection)));

        loop.call(new HrmCarry(high, low), injection).High.Equals(expected).Should().BeTrue();
        linear.Weight.zero_();
        loop.call(new HrmCarry(high, low), injection).High.Equals(zeros_like(expected)).Should().BeTrue();
    }

    [Fact]
    public void Updated_reports_the_states_before_and_after_every_update()
    {
        using var loop = Loop(2, 3, GradientMode.OneStep);
        var places = new List<string>();
        var (high, low) = (Values(_carry.High), Values(_carry.Low));
        loop.Updated = update =>
        {
            places.Add($"{(update.IsHigh ? 'H' : 'L')}{update.Cycle}{update.Step}");
            Values(update.Before).Should().Equal(update.IsHigh ? high : low);
            Values(update.After).Should().NotEqual(Values(update.Before));
            (high, low) = update.IsHigh ? (Values(update.After), low) : (high, Values(update.After));
        };
        var result = loop.call(_carry, _injection);
        places.Should().Equal("L00", "L01", "L02", "H03", "L10", "L11", "L12", "H13");
        Values(result.High).Should().Equal(high);
        Values(result.Low).Should().Equal(low);

        static float[] Values(Tensor state) => state.detach().data<float>().ToArray();
    }

    [Theory]
    [InlineData(1, 1, GradientMode.OneStep)]
    [InlineData(2, 3, GradientMode.OneStep)]
    [InlineData(3, 1, GradientMode.OneStep)]
    [InlineData(2, 3, GradientMode.LastCycle)]
    [InlineData(2, 3, GradientMode.FullUnroll)]
    [InlineData(1, 4, GradientMode.FullUnroll)]
    public void States_and_gradients_are_those_computed_by_hand(int highCycles, int lowCycles, GradientMode mode)
    {
        var cut = mode switch
        {
            GradientMode.OneStep => highCycles * (lowCycles + 1) - 2,
            GradientMode.LastCycle => (highCycles - 1) * (lowCycles + 1),
            _ => 0,
        };
        var (high, low) = ByHand(highCycles, lowCycles, cut);
        var expected = TakeGradients(high, low);
        using var loop = Loop(highCycles, lowCycles, mode);
        var before = (High: _carry.High.clone(), Low: _carry.Low.clone());
        var result = loop.call(_carry, _injection);

        (_carry.High.Equals(before.High) && _carry.Low.Equals(before.Low)).Should().BeTrue("the carry is not changed");
        result.High.BeCloseTo(high.detach(), 1e-6, "zH");
        result.Low.BeCloseTo(low.detach(), 1e-6, "zL");
        TakeGradients(result.High, result.Low).BeCloseTo(expected, 1e-6, "gradients of both weights and the input");
    }

    [Theory]
    [InlineData(GradientMode.OneStep)]
    [InlineData(GradientMode.FullUnroll)]
    public void No_grad_of_the_caller_is_respected(GradientMode mode)
    {
        using var loop = Loop(2, 3, mode);
        using (no_grad())
        {
            var result = loop.call(_carry, _injection);
            result.High.requires_grad.Should().BeFalse();
            result.Low.requires_grad.Should().BeFalse();
        }

        string.Concat(_calls).Should().Be("lllhlllh");
        is_grad_enabled().Should().BeTrue();
    }

    [Fact]
    public void One_module_may_serve_both_levels()
    {
        using var loop = new HierarchicalConvergence(_low, _low, 2, 2);
        loop.call(_carry, _injection);
        string.Concat(_calls).Should().Be("lll" + "lLL");
    }

    [Theory]
    [InlineData(GradientMode.OneStep)]
    [InlineData(GradientMode.FullUnroll)]
    public void Calls_leak_no_tensors(GradientMode mode)
    {
        using var loop = Loop(2, 3, mode);
        TensorLeak.Check(() =>
        {
            using var scope = NewDisposeScope();
            var result = loop.call(_carry, _injection);
            (result.High + result.Low).sum().backward();
        });
        TensorLeak.Check(() => loop.call(_carry, _injection).Dispose());
    }

    [Fact]
    public void States_of_another_shape_or_dtype_than_the_input_are_rejected()
    {
        using var loop = Loop(1, 1, GradientMode.OneStep);
        var wide = zeros(1, 1, 4);
        loop.Invoking(it => it.call(new HrmCarry(wide, _carry.Low), _injection)).Should().Throw<ShapeMismatchException>()
            .WithMessage("carry.High: expected [1, 1, 3] Float32, got [1, 1, 4] Float32.");
        loop.Invoking(it => it.call(new HrmCarry(_carry.High, _carry.Low.to_type(ScalarType.BFloat16)), _injection)).Should().Throw<ShapeMismatchException>()
            .WithMessage("carry.Low: expected [1, 1, 3] Float32, got [1, 1, 3] BFloat16.");
    }

    [Theory]
    [InlineData(0, 1, "highCycles")]
    [InlineData(1, -1, "lowCycles")]
    public void Constructor_rejects_counts_that_are_not_positive(int highCycles, int lowCycles, string parameter)
        => FluentActions.Invoking(() => Loop(highCycles, lowCycles, GradientMode.OneStep)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(parameter);

    public void Dispose()
    {
        _high.Dispose();
        _low.Dispose();
        _scope.Dispose();
    }

    private HierarchicalConvergence Loop(int highCycles, int lowCycles, GradientMode mode) => new(_high, _low, highCycles, lowCycles, mode);

    /// <summary>Every update records gradients; the states before one update are detached.</summary>
    private (Tensor High, Tensor Low) ByHand(int highCycles, int lowCycles, int cut)
    {
        var (high, low) = (_carry.High, _carry.Low);
        for (var update = 0; update < highCycles * (lowCycles + 1); update++)
        {
            if (update == cut)
            {
                (high, low) = (high.detach(), low.detach());
            }

            (high, low) = (update + 1) % (lowCycles + 1) == 0
                ? (_high.Update(high, low), low)
                : (high, _low.Update(low, high + _injection));
        }

        return (high, low);
    }

    /// <summary>The gradients of a sum over both states, [5]: both weights, then the input.</summary>
    private Tensor TakeGradients(Tensor high, Tensor low)
    {
        (high.sum() + 2 * low.sum()).backward();
        var gradients = cat([_high.Weight.grad!.view(1), _low.Weight.grad!.view(1), _injection.grad!.view(3)]).clone();
        _high.Weight.grad = null;
        _low.Weight.grad = null;
        _injection.grad = null;
        return gradients;
    }
}
