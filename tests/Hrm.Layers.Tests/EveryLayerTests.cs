using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class EveryLayerTests
{
    public static TheoryData<string> Names => LayerCase.Names;

    public static TheoryData<string, ScalarType> NamesAndDtypes
    {
        get
        {
            var data = new TheoryData<string, ScalarType>();
            foreach (var layer in LayerCase.All)
            {
                data.Add(layer.Name, ScalarType.Float32);
                data.Add(layer.Name, ScalarType.BFloat16);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Keys_are_the_authors(string name)
    {
        using var scope = NewDisposeScope();
        using var layer = LayerCase.Of(name).New();
        layer.state_dict().Keys.Should().BeEquivalentTo(LayerCase.Of(name).Keys);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Same_seed_gives_the_same_weights(string name)
    {
        using var scope = NewDisposeScope();
        using var layer = LayerCase.Of(name).New();
        using var again = LayerCase.Of(name).New();
        var weights = again.state_dict();
        foreach (var (key, value) in layer.state_dict())
        {
            weights[key].Equals(value).Should().BeTrue(key);
        }
    }

    /// <summary>A layer computes with its fields, but the state dict lists what was registered. A field that a move misses keeps its old values.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Moving_replaces_every_weight_that_the_layer_computes_with(string name)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        using var layer = LayerCase.Of(name).Create(generator);
        using var other = LayerCase.Of(name).New();
        layer.to(ScalarType.Float64);
        using (no_grad())
        {
            var weights = other.state_dict();
            foreach (var (key, value) in layer.state_dict())
            {
                value.dtype.Should().Be(ScalarType.Float64, key);
                value.copy_(weights[key]);
            }
        }

        var input = LayerCase.Of(name).Input();
        layer.call(input).detach().BeCloseTo(other.call(input).detach(), 1e-6, name);
    }

    [Theory]
    [MemberData(nameof(NamesAndDtypes))]
    public void Result_is_the_same_with_and_without_gradients_and_the_input_is_unchanged(string name, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var layer = LayerCase.Of(name).New();
        var input = LayerCase.Of(name).InputOf(dtype);
        var copy = input.clone();
        var recorded = layer.call(input).detach();
        using var noGradient = no_grad();
        var silent = layer.call(input);
        silent.requires_grad.Should().BeFalse();
        silent.Equals(recorded).Should().BeTrue();
        input.Equals(copy).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(NamesAndDtypes))]
    public void Calls_leave_no_tensor_alive(string name, ScalarType dtype)
    {
        using var layer = LayerCase.Of(name).New();
        using var input = LayerCase.Of(name).InputOf(dtype);
        TensorLeak.Check(() =>
        {
            using var noGradient = no_grad();
            layer.call(input).Dispose();
        });

        var leaf = input.is_floating_point() ? input.requires_grad_(true) : input;
        TensorLeak.Check(() =>
        {
            using var scope = NewDisposeScope();
            layer.call(leaf).to_type(ScalarType.Float32).square().sum().backward();
        });
    }

    [Fact]
    public void Shape_that_does_not_fit_is_rejected_with_the_expected_and_the_actual_shape()
    {
        using var scope = NewDisposeScope();
        var linear = () => new CastedLinear(4, 2, generator: null);
        Reject(linear(), zeros(3, 5), "input: expected […, 4], got [3, 5].")
            .Which.Should().Match<ShapeMismatchException>(error => error.Argument == "input" && error.Expected == "[…, 4]" && error.Actual == "[3, 5]");
        Reject(linear(), tensor(1f), "input: expected […, 4], got [].");
        Reject(new SparseEmbedding(5, 2, ScalarType.Float32), zeros([2, 3], ScalarType.Int32), "input: expected [B], got [2, 3].");
        Reject(new RotaryEmbedding(8, 4), zeros(2, 4, 3, 6), "input: expected [B, S, A, 8], got [2, 4, 3, 6].");
        Reject(new RotaryEmbedding(8, 4), zeros(2, 5, 3, 8), "input: expected [B, S ≤ 4, A, 8], got S = 5.");
        Reject(new RotaryEmbedding(8, 2, 3, 1), zeros(2, 8, 3, 8), "input: expected [B, S ≤ 7, A, 8], got S = 8.");
        Reject(LayerCase.Of("convolution").New(), zeros(2, 6, 32), "input: expected [B, 7, 32], got [2, 6, 32].");
        Reject(LayerCase.Of("convolution block").New(), zeros(2, 7, 33), "input: expected [B, 7, 32], got [2, 7, 33].");
        Reject(new SelfAttention(32, 4, rotary: null, generator: null), zeros(2, 5, 33), "input: expected [B, S, 32], got [2, 5, 33].");
        Reject(new SelfAttention(32, 4, rotary: null, generator: null), zeros(5, 32), "input: expected [B, S, 32], got [5, 32].");
        Reject(new SelfAttention(32, 4, new RotaryEmbedding(8, 7), generator: null), zeros(2, 8, 32), "*S ≤ 7*S = 8*");
        Reject(LayerCase.Of("attention block").New(), zeros(7, 32), "input: expected [B, S, D], got [7, 32].");
        Reject(LayerCase.Of("mixer block").New(), zeros(7, 32), "input: expected [B, S, D], got [7, 32].");
        Reject(LayerCase.Of("mixer block").New(), zeros(2, 8, 32), "input: expected […, 7], got [2, 32, 8].");
        Reject(LayerCase.Of("merge").New(), zeros(2, 3, 5, 5), $"input: expected […, {StackedMerge.Width}], got [3, 5, 5].");

        static FluentAssertions.Specialized.ExceptionAssertions<ShapeMismatchException> Reject(nn.Module<Tensor, Tensor> layer, Tensor input, string message)
        {
            using (layer)
            {
                return layer.Invoking(it => it.call(input)).Should().Throw<ShapeMismatchException>().WithMessage(message);
            }
        }
    }

    [Fact]
    public void Bad_value_in_a_constructor_is_named()
    {
        Reject("count", () => new CastedEmbedding(0, 2, 1, ScalarType.Float32, generator: null));
        Reject("width", () => new CastedEmbedding(4, 0, 1, ScalarType.Float32, generator: null));
        Reject("inputFeatures", () => new CastedLinear(0, 2, generator: null));
        Reject("outputFeatures", () => new CastedLinear(4, -1, generator: null));
        Reject("epsilon", () => new RmsNorm(0));
        Reject("epsilon", () => new RmsNorm(-1));
        Reject("headDim", () => new RotaryEmbedding(7, 4));
        Reject("headDim", () => new RotaryEmbedding(0, 4));
        Reject("length", () => new RotaryEmbedding(8, 0));
        Reject("theta", () => new RotaryEmbedding(8, 4, 0));
        Reject("headDim", () => new RotaryEmbedding(6, 2, 3, 1));
        Reject("rows", () => new RotaryEmbedding(8, 0, 3, 0));
        Reject("columns", () => new RotaryEmbedding(8, 2, -3, 1));
        Reject("prefix", () => new RotaryEmbedding(8, 2, 3, -1));
        Reject("theta", () => new RotaryEmbedding(8, 2, 3, 1, 0));
        Reject("width", () => new GridConvolution(0, 2, 3, 1, 3, generator: null));
        Reject("rows", () => new GridConvolution(8, 0, 3, 1, 3, generator: null));
        Reject("columns", () => new GridConvolution(8, 2, 0, 1, 3, generator: null));
        Reject("prefix", () => new GridConvolution(8, 2, 3, -1, 3, generator: null));
        Reject("kernelSize", () => new GridConvolution(8, 2, 3, 1, 2, generator: null));
        Reject("kernelSize", () => new GridConvolution(8, 2, 3, 1, -1, generator: null));
        Reject("heads", () => new SelfAttention(32, 5, rotary: null, generator: null));
        Reject("heads", () => new SelfAttention(32, 0, rotary: null, generator: null));
        Reject("inputFeatures", () => new GatedMerge(0));
        Reject("width", () => SwiGlu.InnerWidth(0, 4));
        Reject("expansion", () => SwiGlu.InnerWidth(32, 0));
        Reject("multiple", () => SwiGlu.InnerWidth(32, 4, 0));

        static void Reject(string parameter, Func<object> create)
            => create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(parameter);
    }
}
