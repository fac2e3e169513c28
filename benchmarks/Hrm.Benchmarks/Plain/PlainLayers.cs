using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Plain;

/// <summary>The layers of the authors' code, one libtorch operation after the other.</summary>
/// <remarks>
/// Nothing is fused, reordered or in place. Each function has a dispose scope, which frees its intermediates when Python would.
/// </remarks>
internal static class PlainLayers
{
    /// <summary>x Wᵀ with the weight cast to the dtype of x.</summary>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias = null)
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(input, weight.to(input.dtype), bias?.to(input.dtype)).MoveToOuterDisposeScope(); // […, O]
    }

    /// <summary>Looks up rows of the table in the forward dtype.</summary>
    /// <remarks>TorchSharp has no F.embedding; index_select runs the same kernel.</remarks>
    public static Tensor Embedding(Tensor indices, Tensor table, ScalarType forwardDtype)
    {
        using var scope = NewDisposeScope();
        return table.to(forwardDtype)
            .index_select(0, indices.flatten())
            .view([.. indices.shape, table.size(1)])
            .MoveToOuterDisposeScope(); // […, D]
    }

    /// <summary>x · rsqrt(mean(x²) + ε), in float32.</summary>
    public static Tensor RmsNorm(Tensor input, double epsilon)
    {
        using var scope = NewDisposeScope();
        var wide = input.to(ScalarType.Float32); // […, D]
        var variance = wide.square().mean([-1], keepdim: true); // […, 1]
        return (wide * rsqrt(variance + epsilon)).to(input.dtype).MoveToOuterDisposeScope(); // […, D]
    }

    /// <summary>down_proj(silu(gate) · up).</summary>
    public static Tensor SwiGlu(Tensor input, Tensor gateUpWeight, Tensor downWeight)
    {
        using var scope = NewDisposeScope();
        var halves = Linear(input, gateUpWeight).chunk(2, -1); // […, I] twice
        return Linear(nn.functional.silu(halves[0]) * halves[1], downWeight).MoveToOuterDisposeScope(); // […, D]
    }

    /// <summary>o_proj(softmax(q kᵀ / √H) v) with rotated q and k.</summary>
    public static Tensor Attention(Tensor input, Tensor qkvWeight, Tensor outputWeight, long heads, PlainRotary? rotary)
    {
        using var scope = NewDisposeScope();
        var (batch, tokens, width) = (input.size(0), input.size(1), input.size(2));
        var qkv = Linear(input, qkvWeight).view(batch, tokens, 3 * heads, width / heads); // [B, S, 3A, H]
        var query = qkv.slice(2, 0, heads, 1); // [B, S, A, H]
        var key = qkv.slice(2, heads, 2 * heads, 1); // [B, S, A, H]
        var value = qkv.slice(2, 2 * heads, 3 * heads, 1); // [B, S, A, H]
        if (rotary is not null)
        {
            query = rotary.Rotate(query);
            key = rotary.Rotate(key);
        }

        var mixed = nn.functional.scaled_dot_product_attention(query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2)); // [B, A, S, H]
        return Linear(mixed.transpose(1, 2).reshape(batch, tokens, width), outputWeight).MoveToOuterDisposeScope(); // [B, S, D]
    }

    /// <summary>rms(h + mix(h)), then rms(h + swiglu(h)); with the weight names of the library's block.</summary>
    public static Tensor Block(Tensor hidden, Func<string, Tensor> weights, long heads, PlainRotary? rotary, double epsilon)
    {
        using var scope = NewDisposeScope();
        var mixed = Attention(hidden, weights("self_attn.qkv_proj.weight"), weights("self_attn.o_proj.weight"), heads, rotary); // [B, S, D]
        return FeedForward(RmsNorm(hidden + mixed, epsilon), weights, epsilon).MoveToOuterDisposeScope(); // [B, S, D]
    }

    /// <summary>Block with a SwiGLU over the tokens of the transposed state.</summary>
    public static Tensor MixerBlock(Tensor hidden, Func<string, Tensor> weights, double epsilon)
    {
        using var scope = NewDisposeScope();
        var transposed = hidden.transpose(1, 2); // [B, D, S]
        var mixed = SwiGlu(transposed, weights("mlp_t.gate_up_proj.weight"), weights("mlp_t.down_proj.weight")); // [B, D, S]
        return FeedForward(RmsNorm(transposed + mixed, epsilon).transpose(1, 2), weights, epsilon).MoveToOuterDisposeScope(); // [B, S, D]
    }

    private static Tensor FeedForward(Tensor hidden, Func<string, Tensor> weights, double epsilon)
    {
        using var scope = NewDisposeScope();
        var fed = SwiGlu(hidden, weights("mlp.gate_up_proj.weight"), weights("mlp.down_proj.weight")); // [B, S, D]
        return RmsNorm(hidden + fed, epsilon).MoveToOuterDisposeScope(); // [B, S, D]
    }
}

/// <summary>Rotary positions by concatenated halves, in float32: <c>x · cos + [-x2, x1] · sin</c>.</summary>
internal sealed class PlainRotary : IDisposable
{
    private readonly Tensor _cos; // [S, 1, H]
    private readonly Tensor _sin; // [S, 1, H]

    public PlainRotary(long headDim, long tokens, double theta, Device device)
    {
        using var scope = NewDisposeScope();
        var exponents = arange(0, headDim, 2, ScalarType.Float32) / headDim; // [H/2]
        var frequencies = 1.0 / tensor(theta, ScalarType.Float32).pow(exponents); // [H/2]
        var half = outer(arange(tokens, ScalarType.Float32), frequencies); // [S, H/2]
        var angles = cat([half, half], -1).unsqueeze(1); // [S, 1, H]
        _cos = angles.cos().to(device).DetachFromDisposeScope();
        _sin = angles.sin().to(device).DetachFromDisposeScope();
    }

    /// <summary>Rotates queries or keys, [B, S, A, H].</summary>
    public Tensor Rotate(Tensor input)
    {
        using var scope = NewDisposeScope();
        var wide = input.to(ScalarType.Float32); // [B, S, A, H]
        return ((wide * _cos) + (RotateHalf(wide) * _sin)).to(input.dtype).MoveToOuterDisposeScope(); // [B, S, A, H]
    }

    public void Dispose()
    {
        _cos.Dispose();
        _sin.Dispose();
    }

    private static Tensor RotateHalf(Tensor input)
    {
        var half = input.size(-1) / 2;
        return cat([-input.slice(-1, half, 2 * half, 1), input.slice(-1, 0, half, 1)], -1); // [B, S, A, H]
    }
}
