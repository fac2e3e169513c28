using Hrm.Layers.Kernels;

namespace Hrm.Layers;

/// <summary>Full multi-head self-attention without a mask: <c>o_proj(softmax(q kᵀ / √H) v)</c>.</summary>
/// <remarks>
/// Every token attends to every token. A <see cref="RotaryEmbedding"/>, if there is one, rotates queries and keys. Second derivatives:
/// none in float32; in bfloat16 on the CPU only with <c>HRM_FAST_PATH=off</c> in the environment.
/// Keys: <c>qkv_proj.weight</c> (rows: q heads, k heads, v heads), <c>o_proj.weight</c>.
/// Source: Vaswani et al., arXiv 1706.03762.
/// </remarks>
public sealed class SelfAttention : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "qkv_proj")]
    private readonly CastedLinear _qkvProjection;

    [ComponentName(Name = "o_proj")]
    private readonly CastedLinear _outputProjection;

    [ComponentName(Name = "rotary_emb")]
    private readonly RotaryEmbedding? _rotary;

    private readonly long _hiddenSize;
    private readonly long _heads;
    private readonly long _headDim;

    /// <summary>Creates the layer.</summary>
    /// <param name="hiddenSize">D.</param>
    /// <param name="heads">A; divides D.</param>
    /// <param name="rotary">Rotates q and k by position; layers may share it. <see langword="null"/> for none.</param>
    /// <param name="generator">Draws the weights; <see langword="null"/> leaves zeros for weights that are loaded next.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or A does not divide D.</exception>
    public SelfAttention(long hiddenSize, long heads, RotaryEmbedding? rotary, Generator? generator)
        : base(nameof(SelfAttention))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hiddenSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(heads);
        if (hiddenSize % heads != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(heads), heads, $"expected a divisor of D = {hiddenSize}");
        }

        _hiddenSize = hiddenSize;
        _heads = heads;
        _headDim = hiddenSize / heads;
        _qkvProjection = new CastedLinear(hiddenSize, 3 * hiddenSize, generator);
        _outputProjection = new CastedLinear(hiddenSize, hiddenSize, generator);
        _rotary = rotary;
        RegisterComponents();
    }

    /// <summary>Attends.</summary>
    /// <param name="input">[B, S, D], floating point.</param>
    /// <returns>[B, S, D] in the dtype of <paramref name="input"/>.</returns>
    /// <exception cref="ShapeMismatchException">The shape differs.</exception>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ShapeGuard.Require(input, nameof(input), "B", "S", _hiddenSize);
        using var scope = NewDisposeScope();
        var isFused = FusedAttention.Applies(input, _headDim) && (_rotary is null || _rotary.HeadDim == _headDim);
        var result = isFused ? AttendFused(input) : _outputProjection.call(AttendPlainly(_qkvProjection.call(input))); // [B, S, D]
        return result.MoveToOuterDisposeScope();
    }

    private Tensor AttendFused(Tensor input) => FusedAttention.Attend(
        input,
        CastScope.Cast(_qkvProjection.Weight, input.dtype),
        CastScope.Cast(_outputProjection.Weight, input.dtype),
        _heads,
        _rotary?.AnglesFor(input.size(1), input.device));

    /// <summary>The heads' results, [B, S, D], of the packed projection, [B, S, 3D].</summary>
    private Tensor AttendPlainly(Tensor packed)
    {
        var batch = packed.size(0);
        var tokens = packed.size(1);
        var qkv = packed.view(batch, tokens, 3 * _heads, _headDim); // [B, S, 3A, H]
        var parts = qkv.split([2 * _heads, _heads], dim: 2);
        var (queriesAndKeys, values) = (parts[0], parts[1]); // [B, S, 2A, H], [B, S, A, H]
        if (_rotary is not null)
        {
            queriesAndKeys = _rotary.call(queriesAndKeys); // [B, S, 2A, H]
        }

        var halves = queriesAndKeys.chunk(2, dim: 2); // [B, S, A, H] each
        var mixed = Attend(halves[0].transpose(1, 2), halves[1].transpose(1, 2), values.transpose(1, 2)); // [B, A, S, H]
        return mixed.transpose(1, 2).reshape(batch, tokens, _hiddenSize); // [B, S, D]
    }

    /// <summary>softmax(q kᵀ / √H) v over [B, A, S, H].</summary>
    private Tensor Attend(Tensor queries, Tensor keys, Tensor values)
    {
        // On a CPU, in bfloat16, the fused operation's backward pass takes four times as long as two products and a softmax.
        var isFusedFaster = queries.device_type != DeviceType.CPU || queries.dtype == ScalarType.Float32;
        return isFusedFaster
            ? nn.functional.scaled_dot_product_attention(queries, keys, values)
            : AttendByProducts(queries, keys, values);
    }

    private Tensor AttendByProducts(Tensor queries, Tensor keys, Tensor values)
    {
        var shape = queries.shape; // [B, A, S, H]
        long[] flat = [shape[0] * shape[1], shape[2], shape[3]];
        var scores = bmm(queries.reshape(flat), keys.reshape(flat).transpose(1, 2)); // [BA, S, S]
        var weights = scores.to_type(ScalarType.Float32).TimesInPlace(1.0 / Math.Sqrt(_headDim)).softmax(-1); // [BA, S, S]
        return bmm(weights.CastTo(queries.dtype), values.reshape(flat)).view(shape); // [B, A, S, H]
    }
}
