using Hrm.Layers.Kernels;
using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class CastScopeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly CastedLinear _layer;
    private readonly Tensor _input = Normal([3, 32]).to_type(ScalarType.BFloat16);

    public CastScopeTests()
    {
        using var generator = new Generator(1);
        _layer = new CastedLinear(32, 48, generator);
    }

    public void Dispose()
    {
        _layer.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Weights_are_cast_once_per_open_scope_and_again_after_it()
    {
        using var noGradient = no_grad();
        var before = _layer.call(_input);
        Tensor within;
        using (CastScope.Open())
        {
            _layer.call(_input).Equals(before).Should().BeTrue();
            _layer.Weight.zero_();
            within = _layer.call(_input);
        }

        within.Equals(before).Should().Be(FastPath.IsOn);
        _layer.call(_input).Equals(zeros_like(before)).Should().BeTrue();
    }

    [Fact]
    public void Nested_scope_has_its_own_casts_and_restores_the_outer_ones()
    {
        using var noGradient = no_grad();
        using var outer = CastScope.Open();
        var before = _layer.call(_input);
        _layer.Weight.zero_();
        using (CastScope.Open())
        {
            _layer.call(_input).Equals(zeros_like(before)).Should().BeTrue();
        }

        _layer.call(_input).Equals(before).Should().Be(FastPath.IsOn);
    }

    [Fact]
    public void Recorded_call_in_a_scope_gives_the_weights_a_gradient()
    {
        using var casts = CastScope.Open();
        using (no_grad())
        {
            _layer.call(_input);
        }

        _layer.call(_input).sum().backward();
        _layer.Weight.grad.Should().NotBeNull();
    }

    [Fact]
    public void Scope_affects_only_its_thread()
    {
        using var casts = CastScope.Open();
        using var noGradient = no_grad();
        _layer.call(_input);
        _layer.Weight.zero_();
        var others = 0L;
        var thread = new Thread(() =>
        {
            using var inner = NewDisposeScope();
            using var silent = no_grad();
            others = _layer.call(_input).count_nonzero().item<long>();
        });
        thread.Start();
        thread.Join();

        others.Should().Be(0);
        (_layer.call(_input).count_nonzero().item<long>() > 0).Should().Be(FastPath.IsOn);
    }

    [Fact]
    public void Closed_scope_leaves_no_tensor_alive() => TensorLeak.Check(() =>
    {
        using var noGradient = no_grad();
        using var casts = CastScope.Open();
        _layer.call(_input).Dispose();
        _layer.call(_input).Dispose();
    });
}
