using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

/// <summary>
/// The layers as in the authors' code, operation by operation: the reference for the faster forms. Steps that the layers compute in
/// float32 are in float64 for a float64 input, which then gives the exact result.
/// </summary>
internal static class PlainLayers
{
    private const double NormEpsilon = 1e-5;
    private const double Theta = 10000;

    /// <summary>x / √(mean(x²) + ε) over the last axis.</summary>
    public static Tensor RmsNorm(Tensor input, double epsilon = NormEpsilon)
    {
        var wide = Widen(input); // […, D]
        var meanSquare = wide.square().mean([-1], keepdim: true); // […, 1]
        return (wide * (meanSquare + epsilon).rsqrt()).to_type(input.dtype); // […, D]
    }

    /// <summary>[x1·cos - x2·sin, x2·cos + x1·sin] of the halves of each head; [B, S, A, H].</summary>
    public static Tensor Rotate(Tensor input, double theta = Theta)
    {
        var wide = Widen(input); // [B, S, A, H]
        var half = input.size(3) / 2;
        var frequency = pow(theta, arange(half, ScalarType.Float64).mul(-1.0 / half)); // [H/2]
        var angle = outer(arange(input.size(1), ScalarType.Float64), frequency).unsqueeze(1); // [S, 1, H/2]
        var cos = angle.cos().to_type(wide.dtype);
        var sin = angle.sin().to_type(wide.dtype);
        var halves = wide.chunk(2, -1); // [B, S, A, H/2] each
        return cat([halves[0] * cos - halves[1] * sin, halves[1] * cos + halves[0] * sin], -1).to_type(input.dtype);
    }

    /// <summary>As <see cref="Rotate"/>, with the first half of the pairs rotated by the row and the second by the column of a cell after the prefix.</summary>
    public static Tensor RotateInGrid(Tensor input, int columns, int prefix, double theta)
    {
        var wide = Widen(input); // [B, S, A, H]
        var (pairs, quarter) = ((int)input.size(3) / 2, (int)input.size(3) / 4);
        var angles = new double[input.size(1), pairs];
        for (var cell = 0; cell < input.size(1) - prefix; cell++)
        {
            for (var pair = 0; pair < pairs; pair++)
            {
                angles[prefix + cell, pair] = (pair < quarter ? cell / columns : cell % columns) * Math.Pow(theta, -(double)(pair % quarter) / quarter);
            }
        }

        var angle = tensor(angles).unsqueeze(1).to_type(wide.dtype); // [S, 1, H/2]
        var halves = wide.chunk(2, -1); // [B, S, A, H/2] each
        var (cos, sin) = (angle.cos(), angle.sin());
        return cat([halves[0] * cos - halves[1] * sin, halves[1] * cos + halves[0] * sin], -1).to_type(input.dtype);
    }

    /// <summary>W (K ⊛ cells + mean(prefix)) for the cells and W mean(cells) for each prefix token, by a sum of shifted grids; [B, S, D].</summary>
    public static Tensor Convolve(Tensor input, Tensor kernel, Tensor outputWeight, int rows, int columns, int prefix)
    {
        var (size, width) = ((int)kernel.size(2), input.size(2));
        var weights = Widen(kernel.to_type(input.dtype)); // [D, 1, k, k]
        var cells = input.narrow(1, prefix, rows * columns); // [B, RC, D]
        var grid = Widen(cells).reshape(-1, rows, columns, width); // [B, R, C, D]
        var padded = nn.functional.pad(grid, [0, 0, size / 2, size / 2, size / 2, size / 2]);
        var sum = zeros_like(grid);
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                sum += padded.narrow(1, row, rows).narrow(2, column, columns) * weights.select(3, column).select(2, row).select(1, 0);
            }
        }

        var mixed = sum.to_type(input.dtype).reshape(cells.shape); // [B, RC, D]
        if (prefix > 0)
        {
            var ofPrefix = input.narrow(1, 0, prefix).mean([1], keepdim: true); // [B, 1, D]
            mixed = cat([cells.mean([1], keepdim: true).repeat(1, prefix, 1), mixed + ofPrefix], 1); // [B, S, D]
        }

        return Project(mixed, outputWeight); // [B, S, D]
    }

    /// <summary>Σ_k W_k · mean of the token's group in partition k, token by token; [B, S, D].</summary>
    public static Tensor MixGroups(Tensor input, int[][] partitions, Func<int, Tensor> weight)
    {
        var sum = zeros_like(Widen(input)); // [B, S, D]
        for (var k = 0; k < partitions.Length; k++)
        {
            var means = Enumerable.Range(0, partitions[k].Length).Select(token => // [B, 1, D] each
            {
                var others = Enumerable.Range(0, partitions[k].Length).Where(other => partitions[k][other] == partitions[k][token]).Select(other => (long)other);
                return Widen(input).index_select(1, tensor(others.ToArray())).mean([1], keepdim: true);
            });
            sum = sum + Project(cat(means.ToArray(), 1).to_type(input.dtype), weight(k));
        }

        return sum.to_type(input.dtype);
    }

    /// <summary>o_proj(softmax(q kᵀ / √H) v) with q, k, v = qkv_proj(x); [B, S, D].</summary>
    public static Tensor Attend(Tensor input, Tensor qkvWeight, Tensor outputWeight, int heads, bool rotates)
        => Attend(input, qkvWeight, outputWeight, heads, rotates ? x => Rotate(x) : x => x);

    /// <inheritdoc cref="Attend(Tensor, Tensor, Tensor, int, bool)"/>
    public static Tensor Attend(Tensor input, Tensor qkvWeight, Tensor outputWeight, int heads, Func<Tensor, Tensor> rotate)
    {
        var (batch, tokens, width) = (input.size(0), input.size(1), input.size(2));
        var parts = Project(input, qkvWeight).chunk(3, -1); // [B, S, D] each
        var queries = parts[0].reshape(batch, tokens, heads, width / heads); // [B, S, A, H]
        var keys = parts[1].reshape(batch, tokens, heads, width / heads); // [B, S, A, H]
        var values = parts[2].reshape(batch, tokens, heads, width / heads); // [B, S, A, H]
        (queries, keys) = (rotate(queries), rotate(keys));
        Tensor Flat(Tensor heads) => heads.transpose(1, 2).reshape(-1, tokens, heads.size(3)); // [BA, S, H]
        var scores = Widen(bmm(Flat(queries), Flat(keys).transpose(1, 2))) / Math.Sqrt(width / heads); // [BA, S, S]
        var mixed = bmm(scores.softmax(-1).to_type(input.dtype), Flat(values)); // [BA, S, H]
        var joined = mixed.reshape(batch, heads, tokens, width / heads).transpose(1, 2).reshape(batch, tokens, width); // [B, S, D]
        return Project(joined, outputWeight); // [B, S, D]
    }

    /// <summary>down_proj(silu(gate) · up) with gate, up = halves(gate_up_proj(x)).</summary>
    public static Tensor Gate(Tensor input, Tensor gateUpWeight, Tensor downWeight)
    {
        var halves = Project(input, gateUpWeight).chunk(2, -1); // […, I] each
        return Project(nn.functional.silu(halves[0]) * halves[1], downWeight); // […, D]
    }

    /// <summary>rms(h + f(h)).</summary>
    public static Tensor AddAndNorm(Tensor state, Func<Tensor, Tensor> layer) => RmsNorm(state + layer(state));

    /// <summary>x Wᵀ with the weights cast to the dtype of x.</summary>
    public static Tensor Project(Tensor input, Tensor weight) => nn.functional.linear(input, weight.to_type(input.dtype));

    private static Tensor Widen(Tensor input)
        => input.to_type(input.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32);
}
