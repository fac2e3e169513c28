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
}
