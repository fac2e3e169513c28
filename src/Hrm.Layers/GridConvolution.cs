using TorchSharp.Modules;

namespace Hrm.Layers;

/// <summary>
/// Mixes the cells of a grid by a depthwise convolution ⊛ with a kernel K of k × k and zeros around the grid:
/// <c>y = W (K ⊛ cells + mean(prefix))</c> for the cells, and <c>y = W mean(cells)</c> for each prefix token.
/// </summary>
/// <remarks>
/// The tokens are P prefix tokens, then R · C cells in row-major order. The prefix has no place in the grid, so the means exchange
/// what the prefix and the whole grid know; with P = 0 the formula is <c>W (K ⊛ cells)</c>. The Q-head reads the first token.
/// Initial weights are truncated normal with standard deviation 1/k for K and 1/√D for W. Keys: <c>weight</c> [D, 1, k, k] for K,
/// <c>o_proj.weight</c> [D, D] for W. Source: Trockman and Kolter, arXiv 2201.09792, for depthwise mixing in a block.
/// </remarks>
public sealed class GridConvolution : nn.Module<Tensor, Tensor>
{
    private static readonly long[] One = [1, 1];

#pragma warning disable IDE0044 // Not readonly: moving a module replaces the field by reflection.
    [ComponentName(Name = "weight")]
    private Parameter _kernel; // [D, 1, k, k]
#pragma warning restore IDE0044

    [ComponentName(Name = "o_proj")]
    private readonly CastedLinear _outputProjection;

    private readonly long _width;
    private readonly long _rows;
    private readonly long _columns;
    private readonly long _prefix;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">D.</param>
    /// <param name="rows">R, the number of rows of the grid.</param>
    /// <param name="columns">C, the number of columns.</param>
    /// <param name="prefix">P, the number of tokens before the cells; 0 for none.</param>
    /// <param name="kernelSize">k, the number of rows and of columns of the kernel; odd.</param>
    /// <param name="generator">Draws the weights; <see langword="null"/> leaves zeros for weights that are loaded next.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, P is negative, or k is even.</exception>
    public GridConvolution(long width, long rows, long columns, long prefix, long kernelSize, Generator? generator)
        : base(nameof(GridConvolution))
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegative(prefix);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(kernelSize);
        if (kernelSize % 2 == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(kernelSize), kernelSize, "expected an odd number");
        }

        (_width, _rows, _columns, _prefix) = (width, rows, columns, prefix);
        _kernel = Initializers.NewParameter([width, 1, kernelSize, kernelSize], 1.0 / kernelSize, generator);
        _outputProjection = new CastedLinear(width, width, generator);
        RegisterComponents();
    }

    /// <summary>Mixes the tokens.</summary>
    /// <param name="input">[B, P + R · C, D], floating point.</param>
    /// <returns>[B, P + R · C, D] in the dtype of <paramref name="input"/>.</returns>
    /// <exception cref="ShapeMismatchException">The shape differs.</exception>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ShapeGuard.Require(input, nameof(input), "B", _prefix + (_rows * _columns), _width);
        using var scope = NewDisposeScope();
        var cells = input.narrow(1, _prefix, _rows * _columns); // [B, RC, D]
        var mixed = Convolve(cells); // [B, RC, D]
        if (_prefix > 0)
        {
            var prefix = input.narrow(1, 0, _prefix).mean([1], keepdim: true); // [B, 1, D]
            var grid = cells.mean([1], keepdim: true).expand(-1, _prefix, -1); // [B, P, D]
            mixed = cat([grid, mixed.Plus(prefix)], 1); // [B, S, D]
        }

        return _outputProjection.call(mixed).MoveToOuterDisposeScope(); // [B, S, D]
    }

    /// <summary>K ⊛ cells, [B, R · C, D].</summary>
    private Tensor Convolve(Tensor cells)
    {
        var kernel = CastScope.Cast(_kernel, cells.dtype); // [D, 1, k, k]
        var padding = kernel.size(2) / 2;

        // The memory of the cells is that of an image in channels-last format, in which the CPU convolves several times faster.
        var image = cells.reshape(-1, _rows, _columns, _width).permute(0, 3, 1, 2); // [B, D, R, C]
        return nn.functional.conv2d(image, kernel, bias: null, One, [padding, padding], One, _width) // [B, D, R, C]
            .permute(0, 2, 3, 1)
            .reshape(cells.shape); // [B, RC, D]
    }
}
