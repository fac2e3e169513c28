using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class GatedMergeTests
{
    private const int Width = 24;

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void A_new_layer_is_the_sum_bit_for_bit(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var layer = new GatedMerge(Width);
        var (state, injection) = (Input(1, dtype), Input(2, dtype) * 30);
        var joined = layer.call(state, injection);
        joined.dtype.Should().Be(dtype);
        joined.Equals(state + injection).Should().BeTrue();
    }

    /// <summary>Varies one input and keeps the other; compares the gradients of both weights each time.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_and_backward_equal_the_plain_form(bool ofState)
    {
        using var scope = NewDisposeScope();
        using var level = Create();
        var held = Input(2, ScalarType.Float32);
        using var layer = new OneInput(level, held, ofState);

        Tensor Plain(Tensor input)
        {
            var other = held.to_type(input.dtype);
            return ofState ? Merge(level, input, other) : Merge(level, other, input);
        }

        // Sums of 48 products, 15 for the gradients of the weights; in bfloat16 it rounds where the plain form does.
        layer.ShouldEqualExactly(Plain, Input(1, ScalarType.Float32), 2e-6);
        layer.ShouldRoundNoWorse(Plain, Input(1, ScalarType.Float32), 1.05);
    }

    [Fact]
    public void Gradients_reach_both_weights_from_the_start()
    {
        using var scope = NewDisposeScope();
        using var layer = new GatedMerge(Width);
        layer.call(Input(1, ScalarType.Float32), Input(2, ScalarType.Float32)).square().sum().backward();
        layer.parameters().Should().HaveCount(2).And.AllSatisfy(weight => weight.grad!.abs().max().item<float>().Should().BePositive());
    }

    [Fact]
    public void Weights_are_zero_and_have_names()
    {
        using var scope = NewDisposeScope();
        using var layer = new GatedMerge(Width);
        layer.state_dict().Keys.Should().Equal("state_proj.weight", "injection_proj.weight");
        layer.state_dict().Values.Should().AllSatisfy(weight =>
        {
            weight.shape.Should().Equal(Width, Width);
            weight.dtype.Should().Be(ScalarType.Float32);
            weight.count_nonzero().item<long>().Should().Be(0);
        });
    }

    [Fact]
    public void Another_width_is_rejected()
    {
        using var scope = NewDisposeScope();
        using var layer = new GatedMerge(4);
        layer.Invoking(it => it.call(zeros(2, 3, 5), zeros(2, 3, 4))).Should().Throw<ShapeMismatchException>().WithMessage("*4], got [2, 3, 5].");
        layer.Invoking(it => it.call(zeros(2, 3, 4), zeros(2, 3, 5))).Should().Throw<ShapeMismatchException>().WithMessage("*4], got [2, 3, 5].");
        FluentActions.Invoking(() => new GatedMerge(0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Calls_leave_no_tensor_alive()
    {
        using var layer = Create();
        using var state = Input(1, ScalarType.Float32);
        using var injection = Input(2, ScalarType.Float32);
        TensorLeak.Check(() =>
        {
            using var noGradient = no_grad();
            layer.call(state, injection).Dispose();
        });
    }

    private static Tensor Input(ulong seed, ScalarType dtype) => Normal([3, 5, Width], seed).to_type(dtype);

    /// <summary>Creates a layer with open and closed gates.</summary>
    private static GatedMerge Create()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var layer = new GatedMerge(Width);
        layer.state_dict()["state_proj.weight"].copy_(Normal([Width, Width], seed: 3) * 0.3);
        layer.state_dict()["injection_proj.weight"].copy_(Normal([Width, Width], seed: 4) * 0.3);
        return layer;
    }

    /// <summary>2 · (g · state + (1 − g) · injection), with the factor at the gate, for equal rounding in bfloat16.</summary>
    private static Tensor Merge(GatedMerge layer, Tensor state, Tensor injection)
    {
        var weights = layer.state_dict();
        var sum = PlainLayers.Project(state, weights["state_proj.weight"]) + PlainLayers.Project(injection, weights["injection_proj.weight"]); // [B, S, D]
        var gate = 1 / (1 + (-sum).exp()); // [B, S, D]
        return (2 * gate * state) + (2 * (1 - gate) * injection); // [B, S, D]
    }

    /// <summary>The layer as a function of one of its inputs.</summary>
    private sealed class OneInput : nn.Module<Tensor, Tensor>
    {
        private readonly GatedMerge _layer;
        private readonly Tensor _held;
        private readonly bool _ofState;

        public OneInput(GatedMerge layer, Tensor held, bool ofState)
            : base(nameof(OneInput))
        {
            (_layer, _held, _ofState) = (layer, held, ofState);
            register_module("merge", layer);
        }

        public override Tensor forward(Tensor input)
        {
            var held = _held.to_type(input.dtype); // [B, S, D]
            return _ofState ? _layer.call(input, held) : _layer.call(held, input); // [B, S, D]
        }
    }
}
