using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class CastedEmbeddingTests
{
    [Theory]
    [InlineData(ScalarType.Float32, ScalarType.Int32)]
    [InlineData(ScalarType.BFloat16, ScalarType.Int64)]
    public void Forward_gives_the_rows_of_the_cast_table(ScalarType forwardDtype, ScalarType indexDtype)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new CastedEmbedding(5, 3, 1, forwardDtype, generator);
        var indices = tensor([4, 0, 4, 2, 1, 3], [2, 3], indexDtype);

        var output = layer.call(indices); // [2, 3, 3]

        var plain = layer.Weight.to_type(forwardDtype)[indices.to_type(ScalarType.Int64)];
        output.dtype.Should().Be(forwardDtype);
        output.Equals(plain).Should().BeTrue();
    }

    [Fact]
    public void Gradients_of_a_repeated_row_add_up_in_float32()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new CastedEmbedding(3, 2, 1, ScalarType.BFloat16, generator);

        // bfloat16 cannot represent 1 + 1/256: a sum in that dtype would lose the second term.
        var importance = tensor([1f, 1f / 256, 1f, 1f], [4, 1]).to_type(ScalarType.BFloat16);
        (layer.call(tensor([1, 1, 2, 1])) * importance).sum().backward();

        layer.Weight.grad!.BeCloseTo(tensor([0f, 0f, 2 + 1f / 256, 2 + 1f / 256, 1f, 1f], [3, 2]), 0, "gradient");
    }

    [Fact]
    public void Initial_rows_have_the_requested_standard_deviation()
    {
        using var generator = new Generator(1);
        using var layer = new CastedEmbedding(1000, 100, 0.3, ScalarType.Float32, generator);
        using var scope = NewDisposeScope();
        layer.Weight.std().item<float>().Should().BeApproximately(0.3f, 0.3f * 0.01f);
    }
}
