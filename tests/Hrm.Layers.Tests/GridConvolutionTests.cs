using Hrm.Layers.Kernels;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class GridConvolutionTests
{
    private const int Width = 24;

    [Theory]
    [InlineData(3, 5, 0, 3)]
    [InlineData(4, 2, 1, 5)]
    [InlineData(6, 6, 3, 7)]
    [InlineData(1, 7, 1, 1)]
    [InlineData(2, 3, 0, 9)] // larger than the grid
    public void Forward_and_backward_equal_the_plain_form(int rows, int columns, int prefix, int kernelSize)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new GridConvolution(Width, rows, columns, prefix, kernelSize, generator);
        var weights = layer.state_dict();
        Tensor Plain(Tensor x) => PlainLayers.Convolve(x, weights["weight"], weights["o_proj.weight"], rows, columns, prefix);
        var input = Normal([3, prefix + (rows * columns), Width]);

        // Sums of up to 49 and 24 products: 4e-7 was seen.
        layer.ShouldEqualExactly(Plain, input, 3e-6);
        layer.ShouldRoundNoWorse(Plain, input, 1.05);
    }

    [Fact]
    public void Block_equals_the_plain_form()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new TransformerBlock(new GridConvolution(Width, 2, 5, 1, 3, generator), new SwiGlu(Width, 48, generator));
        var weights = layer.state_dict();
        Tensor Mix(Tensor x) => PlainLayers.Convolve(x, weights["conv.weight"], weights["conv.o_proj.weight"], 2, 5, 1);
        Tensor Feed(Tensor x) => PlainLayers.Gate(x, weights["mlp.gate_up_proj.weight"], weights["mlp.down_proj.weight"]);
        Tensor Plain(Tensor x) => PlainLayers.AddAndNorm(PlainLayers.AddAndNorm(x, Mix), Feed);
        var input = Normal([20, 11, Width]);
        layer.ShouldEqualExactly(Plain, input, 3e-6);
        layer.ShouldRoundNoWorse(Plain, input, 1.05);
    }

    [Fact]
    public void Initial_kernel_keeps_the_variance_of_the_cells()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new GridConvolution(2000, 9, 9, 0, 5, generator);

        // 50,000 values: one standard error of the deviation is 0.3 %.
        layer.state_dict()["weight"].std().item<float>().Should().BeApproximately(1f / 5, 0.002f);
    }

    [Fact]
    public void Kernel_is_cast_once_per_open_scope()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator(1);
        using var layer = new GridConvolution(Width, 3, 3, 0, 3, generator);
        var input = Normal([2, 9, Width]).to_type(ScalarType.BFloat16);
        using var casts = CastScope.Open();
        var before = layer.call(input);
        layer.state_dict()["weight"].zero_();
        layer.call(input).Equals(before).Should().Be(FastPath.IsOn);
    }

    /// <summary>A solver puts puzzles of different requests into one batch.</summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Row_does_not_depend_on_the_other_rows(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator(1);
        using var layer = new GridConvolution(32, 4, 4, 1, 3, generator);
        var input = Normal([7, 17, 32]).to_type(dtype);
        var together = layer.call(input);
        for (var row = 0; row < 7; row++)
        {
            layer.call(input.narrow(0, row, 1)).Equals(together.narrow(0, row, 1)).Should().BeTrue();
        }
    }
}
