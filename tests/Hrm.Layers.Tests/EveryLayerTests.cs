using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class EveryLayerTests
{
    public static TheoryData<string> Names => LayerCase.Names;

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
    public void Weights_repeat_with_the_seed(string name)
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

    /// <summary>The layer computes with its fields, and the state lists its registrations: a field that a move misses would keep its values.</summary>
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
    [MemberData(nameof(Names))]
    public void Input_is_unchanged(string name)
    {
        using var scope = NewDisposeScope();
        using var layer = LayerCase.Of(name).New();
        var input = LayerCase.Of(name).Input();
        var copy = input.clone();
        layer.call(input);
        using (no_grad())
        {
            layer.call(input);
        }

        input.Equals(copy).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Results_without_gradients_equal_those_with_gradients(string name)
    {
        using var scope = NewDisposeScope();
        using var layer = LayerCase.Of(name).New();
        var input = LayerCase.Of(name).Input();
        var recorded = layer.call(input).detach();
        using var noGradient = no_grad();
        var silent = layer.call(input);
        silent.requires_grad.Should().BeFalse();
        silent.Equals(recorded).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Calls_leave_no_tensor_alive(string name)
    {
        using var layer = LayerCase.Of(name).New();
        using var input = LayerCase.Of(name).Input();
        TensorLeak.Check(() =>
        {
            using var noGradient = no_grad();
            layer.call(input).Dispose();
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Calls_with_backward_leave_no_tensor_alive(string name)
    {
        using var layer = LayerCase.Of(name).New();
        using var input = LayerCase.Of(name).Input();
        var leaf = input.is_floating_point() ? input.requires_grad_(true) : input;
        TensorLeak.Check(() =>
        {
            using var scope = NewDisposeScope();
            layer.call(leaf).to_type(ScalarType.Float32).square().sum().backward();
        });
    }
}
