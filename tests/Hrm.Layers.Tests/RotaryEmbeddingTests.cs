using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class RotaryEmbeddingTests
{
    [Theory]
    [InlineData(7, 10000.0)] // the whole table
    [InlineData(3, 10000.0)] // its beginning
    [InlineData(7, 10.0)]
    public void Forward_and_backward_equal_the_plain_form(long tokens, double theta)
    {
        using var scope = NewDisposeScope();
        using var layer = new RotaryEmbedding(8, 7, theta);
        var input = Normal([2, tokens, 3, 8]);

        // The float32 table is off by a rounding of the angle, at most 6 here: 9e-8 was seen.
        layer.ShouldEqualExactly(x => PlainLayers.Rotate(x, theta), input, 1e-6);
        layer.ShouldRoundNoWorse(x => PlainLayers.Rotate(x, theta), input, 1.05);
    }

    [Fact]
    public void Angles_are_accurate_at_the_end_of_a_long_table()
    {
        using var scope = NewDisposeScope();
        using var layer = new RotaryEmbedding(64, 900);

        // A float32 angle of 900 is off by up to 3e-5: 3.2e-5 was seen.
        layer.ShouldEqualExactly(x => PlainLayers.Rotate(x), Normal([1, 900, 1, 64]), 1e-4);
    }

    [Theory]
    [InlineData(3, 5, 0)]
    [InlineData(4, 2, 1)]
    [InlineData(2, 2, 3)]
    [InlineData(1, 7, 1)]
    public void Grid_equals_the_plain_form(int rows, int columns, int prefix)
    {
        using var scope = NewDisposeScope();
        using var layer = new RotaryEmbedding(12, rows, columns, prefix);
        var input = Normal([2, prefix + (rows * columns), 3, 12]);
        Tensor Plain(Tensor x) => PlainLayers.RotateInGrid(x, columns, prefix, theta: 10);
        layer.ShouldEqualExactly(Plain, input, 1e-6);
        layer.ShouldRoundNoWorse(Plain, input, 1.05);
        layer.call(input).narrow(1, 0, prefix).Equals(input.narrow(1, 0, prefix)).Should().BeTrue("the prefix is not rotated");
    }

    [Fact]
    public void Products_depend_only_on_the_differences_of_rows_and_columns()
    {
        const int Columns = 5;
        using var scope = NewDisposeScope();
        using var layer = new RotaryEmbedding(16, 4, Columns, prefix: 1);
        var (query, key) = (layer.call(Normal([16]).expand(1, 21, 1, 16)), layer.call(Normal([16], seed: 2).expand(1, 21, 1, 16)));
        float Product(int row, int column, int toRow, int toColumn)
            => (query[0, 1 + (row * Columns) + column, 0] * key[0, 1 + (toRow * Columns) + toColumn, 0]).sum().item<float>();

        Product(1, 2, 3, 0).Should().BeApproximately(Product(0, 4, 2, 2), 1e-5f);
        Product(0, 0, 1, 3).Should().BeApproximately(Product(2, 1, 3, 4), 1e-5f);
        Math.Abs(Product(0, 0, 1, 3) - Product(0, 0, 3, 1)).Should().BeGreaterThan(0.1f, "rows and columns rotate different channels");
    }
}
