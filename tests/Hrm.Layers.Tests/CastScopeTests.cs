using Hrm.Layers.Kernels;
using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class CastScopeTests
{
    [Fact]
    public void Weights_are_cast_once_per_open_scope_and_again_after_it()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var layer = Create();
        var input = Normal([3, 32]).to_type(ScalarType.BFloat16);
        var before = layer.call(input);
        Tensor within;
        using (CastScope.Open())
        {
            layer.call(input).Equals(before).Should().BeTrue();
            layer.Weight.zero_();
            within = layer.call(input);
        }

        within.Equals(before).Should().Be(FastPath.IsOn);
        layer.call(input).Equals(zeros_like(before)).Should().BeTrue();
    }

    [Fact]
    public void A_nested_scope_has_casts_of_its_own_and_restores_the_outer_ones()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var layer = Create();
        var input = Normal([3, 32]).to_type(ScalarType.BFloat16);
        using var outer = CastScope.Open();
        var before = layer.call(input);
        layer.Weight.zero_();
        using (CastScope.Open())
        {
            layer.call(input).Equals(zeros_like(before)).Should().BeTrue();
        }

        layer.call(input).Equals(before).Should().Be(FastPath.IsOn);
    }

    [Fact]
    public void A_recorded_call_reaches_the_weights()
    {
        using var scope = NewDisposeScope();
        using var layer = Create();
        var input = Normal([3, 32]).to_type(ScalarType.BFloat16);
        using var casts = CastScope.Open();
        using (no_grad())
        {
            layer.call(input);
        }

        layer.call(input).sum().backward();
        layer.Weight.grad.Should().NotBeNull();
    }

    [Fact]
    public void A_scope_affects_only_its_thread()
    {
        using var scope = NewDisposeScope();
        using var layer = Create();
        var input = Normal([3, 32]).to_type(ScalarType.BFloat16);
        using var casts = CastScope.Open();
        using var noGradient = no_grad();
        layer.call(input);
        layer.Weight.zero_();
        var others = 0L;
        var thread = new Thread(() =>
        {
            using var inner = NewDisposeScope();
            using var silent = no_grad();
            others = layer.call(input).count_nonzero().item<long>();
        });
        thread.Start();
        thread.Join();

        others.Should().Be(0);
        (layer.call(input).count_nonzero().item<long>() > 0).Should().Be(FastPath.IsOn);
    }

    [Fact]
    public void A_closed_scope_leaves_no_tensor_alive()
    {
        using var layer = Create();
        using var input = Normal([3, 32]).to_type(ScalarType.BFloat16);
        TensorLeak.Check(() =>
        {
            using var noGradient = no_grad();
            using var casts = CastScope.Open();
            layer.call(input).Dispose();
            layer.call(input).Dispose();
        });
    }

    private static CastedLinear Create()
    {
        using var generator = new Generator(1);
        return new CastedLinear(32, 48, generator);
    }
}
