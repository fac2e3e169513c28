using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

public sealed class SparseEmbeddingTests
{
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Forward_gives_rows_in_the_forward_dtype(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var layer = Create(dtype);
        var output = layer.call(tensor([4, 0, 4]));

        output.dtype.Should().Be(dtype);
        output.Equals(layer.Weights.to_type(dtype).index_select(0, tensor([4L, 0L, 4L]))).Should().BeTrue();
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Gathered_rows_have_a_gradient_and_the_table_has_none(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var layer = Create(dtype);
        var importance = tensor([1f, 2f, 4f], [3, 1]).to_type(dtype);
        (layer.call(tensor([4, 0, 4])) * importance).sum().backward();

        layer.Gathered!.Ids.Equals(tensor([4L, 0L, 4L])).Should().BeTrue();
        layer.Gathered.Rows.Equals(layer.Weights.index_select(0, layer.Gathered.Ids)).Should().BeTrue();
        layer.Gathered.Rows.grad!.BeCloseTo(importance.expand(3, 2), 0, "gradient, one row per look-up");
        layer.Weights.requires_grad.Should().BeFalse();
        layer.parameters().Should().BeEmpty();
    }

    [Fact]
    public void Gathered_outlives_the_callers_scope_and_is_freed_by_the_next_recorded_look_up()
    {
        using var layer = Create(ScalarType.Float32);
        using (NewDisposeScope())
        {
            layer.call(tensor([1, 2])).Dispose();
        }

        var first = layer.Gathered!;
        (first.Rows.IsInvalid || first.Ids.IsInvalid).Should().BeFalse();
        using var scope = NewDisposeScope();
        layer.call(tensor([3]));

        layer.Gathered!.Ids.Equals(tensor([3L])).Should().BeTrue();
        (first.Rows.IsInvalid && first.Ids.IsInvalid).Should().BeTrue();
    }

    [Fact]
    public void Gathered_is_unchanged_without_gradients_and_in_evaluation()
    {
        using var scope = NewDisposeScope();
        using var layer = Create(ScalarType.Float32);
        layer.call(tensor([1, 2]));
        var recorded = layer.Gathered!;
        using (no_grad())
        {
            layer.call(tensor([3])).requires_grad.Should().BeFalse();
        }

        layer.eval();
        layer.call(tensor([3])).requires_grad.Should().BeFalse();
        layer.Gathered.Should().BeSameAs(recorded);
        recorded.Rows.IsInvalid.Should().BeFalse();
    }

    [Fact]
    public void Table_starts_with_zeros()
    {
        using var scope = NewDisposeScope();
        using var layer = new SparseEmbedding(5, 2, ScalarType.Float32);
        layer.Weights.BeCloseTo(zeros(5, 2), 0, "table");
    }

    private static SparseEmbedding Create(ScalarType dtype)
    {
        var layer = new SparseEmbedding(5, 2, dtype);
        layer.Weights.copy_(Normal([5, 2]));
        return layer;
    }
}
