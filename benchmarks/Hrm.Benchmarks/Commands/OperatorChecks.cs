using Hrm.Layers;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>Every operator of model, losses and optimizers, with the shapes of a small model.</summary>
internal static class OperatorChecks
{
    private const long Rows = 4;
    private const long Tokens = 10;
    private const long Width = 32;
    private const long Heads = 4;
    private const double Epsilon = 1e-5;

    private static readonly long[] State = [Rows, Tokens, Width];
    private static readonly long[] Matrix = [Tokens, Width];
    private static readonly long[] PerHead = [Rows, Heads, Tokens, Width / Heads];

    public static IReadOnlyList<OperatorCheck> All { get; } = [.. Products(), .. Elements(), .. Views(), .. Selections(), .. Reductions(), .. Losses(), .. Layers()];

    private static IEnumerable<OperatorCheck> Products() =>
    [
        new("linear", [State, [48, Width]], x => nn.functional.linear(x[0], x[1])),
        new("linear with bias", [State, [2, Width], [2]], x => nn.functional.linear(x[0], x[1], x[2])),
        new("mm", [Matrix, [Width, 7]], x => mm(x[0], x[1])),
        new("addmm", [[Tokens, 7], Matrix, [Width, 7]], x => addmm(x[0], x[1], x[2], beta: -0.5f, alpha: 2)),
        new("bmm of a transposed factor", [[6, Tokens, 8], [6, Tokens, 8]], x => bmm(x[0], x[1].transpose(1, 2))),
        new("scaled_dot_product_attention", [PerHead, PerHead, PerHead], x => nn.functional.scaled_dot_product_attention(x[0], x[1], x[2])) { Factor = 4 },
        new(
            "scaled_dot_product_attention of transposed halves",
            [[Rows, Tokens, 3 * Heads, Width / Heads]],
            x => nn.functional.scaled_dot_product_attention(Part(x[0], 0), Part(x[0], 1), Part(x[0], 2)).transpose(1, 2).reshape(Rows, Tokens, Width)) { Factor = 4 },
    ];

    private static IEnumerable<OperatorCheck> Elements() =>
    [
        new("add, mul by a number", [State, State], x => (x[0] + x[1]).mul(0.707106781)),
        new("addcmul", [State, State, State], x => x[0].mul(x[1]).addcmul_(x[2], x[1], 1)),
        new("silu", [State], x => nn.functional.silu(x[0])),
        new("silu in place", [State], x => nn.functional.silu(x[0].clone(), inplace: true)),
        new("sigmoid", [State], x => x[0].sigmoid()),
        new("square, sqrt, rsqrt", [State], x => x[0].square().add(1).rsqrt() + x[0].square().add(1).sqrt()),
        new("reciprocal, log", [State], x => x[0].square().add(1).reciprocal().log()) { Factor = 4 },
        new("atan2", [State, State], x => x[0].atan2(x[1].square())) { HasGradient = false },
        new("sign", [State], x => x[0].sign()) { HasGradient = false },
        new("where of a comparison", [State, State], x => where(x[0].lt(0), x[1], x[0])),
        new("masked_fill", [State], x => x[0].masked_fill(x[0].gt(1), 0)),
        new("maximum", [State, State], x => maximum(x[0], x[1])) { HasGradient = false },
        new("comparisons and logic", [State, State], x => x[0].ge(0).logical_and(x[1].lt(0)).logical_or(x[0].eq(x[1])).logical_not()) { HasGradient = false },
        new("isfinite", [State], x => x[0].isfinite().all()) { HasGradient = false },
        new("casts", [State], x => x[0].to_type(ScalarType.Float32).to_type(ScalarType.Float64).to_type(x[0].dtype)),
        new("mul_, add_, lerp of an optimizer", [State, State], x => x[0].clone().mul_(0.9).add_(x[1], alpha: 0.1).addcmul_(x[1], x[1], 0.05)),
    ];

    private static IEnumerable<OperatorCheck> Views() =>
    [
        new("narrow, select, transpose", [State], x => x[0].narrow(1, 1, Tokens - 1).transpose(1, 2).select(1, 0)),
        new("chunk, split", [[Rows, Tokens, 3 * Heads, 8]], x => x[0].split([2 * Heads, Heads], dim: 2)[0].chunk(2, -1)[1]),
        new("expand, clone", [[Width]], x => x[0].expand(State).clone()),
        new("view, reshape, flatten", [State], x => x[0].transpose(0, 1).reshape(Tokens, -1).view(Tokens, Rows, Width).flatten(1)),
        new("cat, stack", [State, State], x => cat([x[0], stack([x[0], x[1]])[1]], 1)),
        new("roll", [State], x => x[0].roll(Width / 2, -1)),
        new("pad", [Matrix], x => nn.functional.pad(nn.functional.pad(x[0], [0, 0, 0, 3]), [0, 5])),
    ];

    private static IEnumerable<OperatorCheck> Selections() =>
    [
        new("index_select by int32", [Matrix], x => x[0].index_select(0, Whole([3, 1, 3, 9], x[0], ScalarType.Int32))),
        new("index_select by int64", [Matrix], x => x[0].index_select(0, Whole([3, 1, 3, 9], x[0], ScalarType.Int64))),
        new("index_add_", [Matrix, [4, Width]], x => x[0].clone().index_add_(0, Whole([3, 1, 3, 9], x[0], ScalarType.Int64), x[1], 1)),
        new("index_copy_", [Matrix, [3, Width]], x => x[0].clone().index_copy_(0, Whole([3, 1, 9], x[0], ScalarType.Int64), x[1])) { HasGradient = false },
        new("gather", [Matrix], x => x[0].gather(-1, Whole([.. Enumerable.Range(0, 10)], x[0], ScalarType.Int64).unsqueeze(-1)).squeeze(-1)),
        new("argmax", [State], x => x[0].argmax(-1)) { HasGradient = false },
        new("argmax of equal values takes the first", [[1]], x => Whole([0, 1, 1, 0, 1], x[0], ScalarType.Int32).argmax(0)) { HasGradient = false },
        new("equal ids without waiting", [[4, Width]], x => SparseSignSums(x[0])) { HasGradient = false },
        new("ones, zeros, full", [[1]], x => ones([3], ScalarType.Int32, x[0].device).add_(full([3], 2, ScalarType.Int32, x[0].device)).add_(zeros([3], ScalarType.Int32, x[0].device))) { HasGradient = false },
    ];

    private static IEnumerable<OperatorCheck> Reductions() =>
    [
        new("sum of all", [State], x => x[0].to_type(ScalarType.Float64).sum()),
        new("sum of a row", [State], x => x[0].sum(-1)) { Factor = 4 },
        new("mean", [State], x => x[0].to_type(ScalarType.Float32).square().mean([-1], keepdim: true)),
        new("vector_norm", [State], x => linalg.vector_norm(x[0].to_type(ScalarType.Float32), 2, [-1], keepdim: true)),
        new("norm", [Matrix], x => x[0].to_type(ScalarType.Float32).norm()),
        new("count of a mask", [State], x => x[0].gt(0).sum(-1).clamp_min(1)) { HasGradient = false },
        new("softmax", [State], x => x[0].softmax(-1)),
        new("log_softmax", [State], x => x[0].log_softmax(-1)),
    ];

    private static IEnumerable<OperatorCheck> Losses() =>
    [
        new("binary_cross_entropy_with_logits", [[Width], [Width]], x => nn.functional.binary_cross_entropy_with_logits(x[0], x[1].detach().sigmoid(), reduction: nn.Reduction.Sum)) { Factor = 4 },
        new("stablemax cross entropy", [Matrix], x => Loss(new StablemaxCrossEntropy(), x[0])) { Factor = 4 },
        new("softmax cross entropy", [Matrix], x => Loss(new SoftmaxCrossEntropy(), x[0])) { Factor = 4 },
    ];

    private static IEnumerable<OperatorCheck> Layers() =>
    [
        new("RmsNorm", [State], x => On(new RmsNorm(Epsilon), x[0])) { Factor = 4 },
        new("RotaryEmbedding", [[Rows, Tokens, Heads, 8]], x => On(new RotaryEmbedding(8, Tokens), x[0])) { Factor = 4 },
        new("SwiGlu", [State], x => On(new SwiGlu(Width, 64, Seeded()), x[0])) { Factor = 8 },
        new("SelfAttention", [State], x => On(new SelfAttention(Width, Heads, new RotaryEmbedding(8, Tokens), Seeded()), x[0])) { Factor = 8 },
        new("token mixer", [[Rows, Width, Tokens]], x => On(new SwiGlu(Tokens, 16, Seeded()), x[0])) { Factor = 8 },
        new(
            "TransformerBlock",
            [State],
            x => On(new TransformerBlock(new SelfAttention(Width, Heads, new RotaryEmbedding(8, Tokens), Seeded()), new SwiGlu(Width, 64, Seeded()), Epsilon), x[0])) { Factor = 16 },
    ];

    private static Tensor Part(Tensor packed, int index) => packed.narrow(2, index * Heads, Heads).transpose(1, 2);

    private static Tensor Whole(int[] values, Tensor like, ScalarType dtype) => tensor(values, ScalarType.Int32).to_type(dtype).to(like.device);

    private static Tensor Loss(nn.Module<Tensor, Tensor, Tensor> loss, Tensor logits)
        => loss.call(logits, Whole([1, 0, -100, 5, 7, 31, 2, -100, 3, 4], logits, ScalarType.Int32));

    private static Tensor SparseSignSums(Tensor gradient)
    {
        var ids = Whole([5, 2, 5, 5], gradient, ScalarType.Int64);
        var first = ids.unsqueeze(1).eq(ids.unsqueeze(0)).to_type(ScalarType.Int32).argmax(1);
        return zeros_like(gradient).index_add_(0, first, gradient, 1).index_select(0, first);
    }

    private static Generator Seeded() => new(2506, CPU);

    private static Tensor On(nn.Module<Tensor, Tensor> layer, Tensor input)
    {
        layer.to(input.device);
        return layer.call(input);
    }
}
