namespace Hrm.Layers;

/// <summary>Rotary position embedding (RoPE): rotates each pair of channels by an angle that grows with the position.</summary>
/// <remarks>
/// <para>
/// With halves x1, x2 of a head and angle t·θ^(-2i/H), i &lt; H/2: <c>[x1·cos - x2·sin, x2·cos + x1·sin]</c>, computed in
/// float32 and rounded back. The code computes <c>x · cos + roll(x, H/2) · [-sin, sin]</c>, which takes a third of the time of
/// concatenating the halves on a CPU.
/// </para>
/// <para>
/// In a grid the first half of the pairs is rotated by the row r and the second by the column c of a cell: the angle of pair i is
/// r·θ^(-4i/H) for i &lt; H/4, and c·θ^(-4(i - H/4)/H) otherwise. Products of queries and keys then depend only on the differences of
/// rows and columns. Prefix tokens are not rotated.
/// </para>
/// <para>It has no weights; the tables are computed once for the device of the input. Source: Su et al., arXiv 2104.09864.</para>
/// </remarks>
public sealed class RotaryEmbedding : nn.Module<Tensor, Tensor>
{
    private readonly long _headDim;
    private readonly long _length;
    private readonly long _columns; // 0 for a sequence
    private readonly long _prefix;
    private readonly double _theta;
    private readonly Lock _gate = new();
    private RotaryAngles? _angles;

    /// <summary>Creates the embedding of a sequence.</summary>
    /// <param name="headDim">H, the width of a head; even.</param>
    /// <param name="length">The largest number of tokens, prefix included.</param>
    /// <param name="theta">θ, the base of the angles.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="headDim"/> is odd, or a value is not positive.</exception>
    public RotaryEmbedding(long headDim, long length, double theta = 10000)
        : base(nameof(RotaryEmbedding))
    {
        RequireMultiple(headDim, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(theta);
        _headDim = headDim;
        _length = length;
        _theta = theta;
    }

    /// <summary>Creates the embedding of a grid, whose cells are in row-major order.</summary>
    /// <param name="headDim">H, the width of a head; a multiple of 4.</param>
    /// <param name="rows">The number of rows of the grid.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="prefix">P, the number of tokens before the cells; 0 for none.</param>
    /// <param name="theta">θ, the base of the angles; small, because a grid has fewer rows and columns than a text has tokens.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="headDim"/> is not a multiple of 4, <paramref name="prefix"/> is negative, or another value is not positive.
    /// </exception>
    public RotaryEmbedding(long headDim, long rows, long columns, long prefix, double theta = 10)
        : this(headDim, TokensOf(rows, columns, prefix), theta)
    {
        RequireMultiple(headDim, 4);
        _columns = columns;
        _prefix = prefix;
    }

    /// <summary>Rotates queries or keys.</summary>
    /// <param name="input">[B, S, A, H]; token s has position s.</param>
    /// <returns>[B, S, A, H] in the dtype of <paramref name="input"/>.</returns>
    /// <exception cref="ShapeMismatchException">H differs, or S exceeds the length of the table.</exception>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ShapeGuard.Require(input, nameof(input), "B", "S", "A", _headDim);
        var tokens = input.size(1);
        using var scope = NewDisposeScope();
        var angles = AnglesFor(tokens, input.device);
        var cos = angles.Cos.narrow(0, 0, tokens); // [S, 1, H]
        var sin = angles.SignedSin.narrow(0, 0, tokens); // [S, 1, H]
        var wide = input.CastTo(ScalarType.Float32); // [B, S, A, H]
        return wide.mul(cos)
            .addcmul_(wide.roll(_headDim / 2, -1), sin, HeldScalars.One)
            .CastTo(input.dtype)
            .MoveToOuterDisposeScope(); // [B, S, A, H]
    }

    /// <summary>H, the width of a head.</summary>
    internal long HeadDim => _headDim;

    /// <summary>The tables for this many tokens on this device; the embedding owns them.</summary>
    /// <exception cref="ShapeMismatchException">S exceeds the length of the tables.</exception>
    internal RotaryAngles AnglesFor(long tokens, Device device)
    {
        if (tokens > _length)
        {
            throw new ShapeMismatchException("input", $"[B, S ≤ {_length}, A, {_headDim}]", $"S = {tokens}");
        }

        lock (_gate)
        {
            if (_angles is null || _angles.Cos.device_type != device.type || _angles.Cos.device_index != device.index)
            {
                _angles?.Dispose();
                _angles = RotaryAngles.Create(_headDim, _length, _theta, device, _columns, _prefix);
            }

            return _angles;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _angles?.Dispose();
            _angles = null;
        }

        base.Dispose(disposing);
    }

    private static void RequireMultiple(long headDim, long factor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(headDim);
        if (headDim % factor != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(headDim), headDim, $"expected a multiple of {factor}");
        }
    }

    private static long TokensOf(long rows, long columns, long prefix)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegative(prefix);
        return prefix + (rows * columns);
    }
}
