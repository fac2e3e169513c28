using Hrm.Layers.Kernels;
using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests.Kernels;

public sealed class FusedAttentionTests
{
    [Theory]
    [InlineData(2, 81, 128, 2, true)] // the halves of a head fill vectors
    [InlineData(2, 81, 128, 2, false)]
    [InlineData(3, 17, 40, 2, true)] // a half of 10: no whole vector
    [InlineData(1, 16, 102, 3, true)] // a half of 17: a vector and one value
    [InlineData(2, 1, 64, 2, true)]
    [InlineData(3, 7, 32, 4, true)]
    [InlineData(3, 7, 32, 4, false)]
    [InlineData(1, 129, 64, 2, true)] // weights computed again in bfloat16, libtorch's attention in float32
    [InlineData(13, 300, 160, 2, true)] // several blocks of batch rows, the last one smaller
    public void Forward_and_backward_equal_the_plain_form(long batch, long tokens, int width, int heads, bool rotates)
    {
        using var scope = NewDisposeScope();
        using var layer = NewLayer(width, heads, tokens, rotates);
        var weights = layer.state_dict();
        Tensor Plain(Tensor x) => PlainLayers.Attend(x, weights["qkv_proj.weight"], weights["o_proj.weight"], heads, rotates);

        // The rounding of a float32 angle grows with the position.
        layer.ShouldEqualExactly(Plain, Normal([batch, tokens, width]), tokens < 100 ? 3e-6 : 1e-5);
        layer.ShouldRoundNoWorse(Plain, Normal([batch, tokens, width]), 1.05);
    }

    [Theory]
    [InlineData(9, 9, 1, 64)]
    [InlineData(3, 5, 0, 40)] // a half of 10: no whole vector
    public void Rows_and_columns_as_positions_equal_the_plain_form(int rows, int columns, int prefix, int width)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new SelfAttention(width, 2, new RotaryEmbedding(width / 2, rows, columns, prefix), generator);
        var weights = layer.state_dict();
        Tensor Plain(Tensor x) => PlainLayers.Attend(
            x, weights["qkv_proj.weight"], weights["o_proj.weight"], 2, heads => PlainLayers.RotateInGrid(heads, columns, prefix, theta: 10));
        var input = Normal([2, prefix + (rows * columns), width]);
        layer.ShouldEqualExactly(Plain, input, 3e-6);
        layer.ShouldRoundNoWorse(Plain, input, 1.05);
    }

    [Fact]
    public void Blocks_of_some_heads_of_one_row_equal_the_plain_form()
    {
        using var scope = NewDisposeScope();
        using var layer = NewLayer(width: 24, heads: 3, tokens: 1500, rotates: true);
        var input = Normal([2, 1500, 24]);
        layer.ShouldRoundNoWorse(
            x => PlainLayers.Attend(x, layer.state_dict()["qkv_proj.weight"], layer.state_dict()["o_proj.weight"], 3, true), input, 1.05);
    }

    [Fact]
    public void Empty_batch_stays_empty()
    {
        using var scope = NewDisposeScope();
        using var layer = NewLayer(width: 64, heads: 2, tokens: 81, rotates: true);
        layer.call(zeros(0, 81, 64)).shape.Should().Equal(0, 81, 64);
    }

    /// <summary>With 140 tokens the backward pass computes the weights again.</summary>
    [Fact]
    public void Long_sequences_leave_no_tensor_alive()
    {
        using var scope = NewDisposeScope();
        using var layer = NewLayer(width: 64, heads: 2, tokens: 140, rotates: true);
        var input = Normal([2, 140, 64]).to_type(ScalarType.BFloat16).requires_grad_();
        TensorLeak.Check(() =>
        {
            using var step = NewDisposeScope();
            layer.call(input).sum().backward();
            input.grad!.zero_();
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Gradients_of_frozen_weights_are_not_computed(int frozen)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4, CPU);
        using var layer = new SelfAttention(32, 4, null, generator);
        var weights = layer.parameters().ToArray();
        weights[frozen].requires_grad_(false);
        layer.call(Normal([2, 5, 32])).sum().backward();
        weights[frozen].grad.Should().BeNull();
        weights[1 - frozen].grad.Should().NotBeNull();
    }

    [Fact]
    public void Several_threads_can_attend_at_once()
    {
        using var scope = NewDisposeScope();
        using var layer = NewLayer(width: 64, heads: 2, tokens: 81, rotates: true);
        var input = Normal([4, 81, 64]);
        var expected = Pass(layer, input);
        var equal = new bool[4];
        var threads = Enumerable.Range(0, equal.Length).Select(i => new Thread(() =>
        {
            using var own = NewDisposeScope();
            equal[i] = Enumerable.Range(0, 20).All(_ => Pass(layer, input).Equals(expected));
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        equal.Should().AllBeEquivalentTo(true);
    }

    [Theory]
    [InlineData(5, 4, 8)] // two rows per block
    [InlineData(5, 4, 3)] // three heads per block, then one
    [InlineData(5, 4, 0)] // less than one map is still one
    [InlineData(5, 4, 1000)]
    [InlineData(1, 1, 1)]
    public void Blocks_contain_every_map_once(long batches, long heads, long most)
    {
        var blocks = HeadBlock.Cut(batches, heads, most).ToList();
        var maps = blocks.SelectMany(block =>
            from batch in Enumerable.Range((int)block.FirstBatch, (int)block.Batches)
            from head in Enumerable.Range((int)block.FirstHead, (int)block.Heads)
            select (batch * heads) + head);
        maps.Should().BeEquivalentTo(Enumerable.Range(0, (int)(batches * heads)));
        blocks.Should().OnlyContain(block => block.Maps <= Math.Max(1, most));
    }

    private static Tensor Pass(SelfAttention layer, Tensor input)
    {
        using var scope = NewDisposeScope();
        var leaf = input.detach().requires_grad_();
        var output = layer.call(leaf);
        return autograd.grad([output.sum()], [leaf])[0].add(output.detach()).MoveToOuterDisposeScope();
    }

    private static SelfAttention NewLayer(long width, int heads, long tokens, bool rotates)
    {
        using var generator = new Generator(1);
        return new SelfAttention(width, heads, rotates ? new RotaryEmbedding(width / heads, tokens) : null, generator);
    }
}
