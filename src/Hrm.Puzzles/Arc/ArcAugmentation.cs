namespace Hrm.Puzzles;

/// <summary>
/// Transformation of all grids of an ARC task that keeps its difficulty: one of the eight symmetries of a grid, and a permutation of
/// the colours 1 to 9. Colour 0, the background, stays.
/// </summary>
/// <remarks>The default value is the identity.</remarks>
public readonly record struct ArcAugmentation
{
    private const int PrefixLength = 3;
    private const int BitsPerColour = 4;
    private const ulong IdentityColours = 0x98_7654_3210;

    // Four bits per colour, XOR the identity, so that the default value is the identity.
    private readonly ulong _difference;

    private ArcAugmentation(DihedralTransform transform, ulong colours)
    {
        Transform = transform;
        _difference = colours ^ IdentityColours;
    }

    /// <summary>The augmentation that changes nothing.</summary>
    public static ArcAugmentation Identity => default;

    internal DihedralTransform Transform { get; }

    /// <summary>Whether nothing is changed.</summary>
    public bool IsIdentity => this == Identity;

    /// <summary>The augmentation that undoes this one.</summary>
    public ArcAugmentation Inverse
    {
        get
        {
            var inverse = 0UL;
            for (var colour = 0; colour < ArcGrid.ColourCount; colour++)
            {
                inverse |= At(ColourOf(colour), colour);
            }

            return new ArcAugmentation(Transform.Inverse, inverse);
        }
    }

    /// <summary>Draws one of all 8 · 9! augmentations with equal probability.</summary>
    /// <param name="random">The random source.</param>
    public static ArcAugmentation Random(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var transform = DihedralTransform.Of(random.Next(DihedralTransform.Count));
        Span<int> colours = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

        // Random.Shuffle may draw differently in another version of .NET.
        for (var last = ArcGrid.ColourCount - 1; last > 1; last--)
        {
            var drawn = random.Next(1, last + 1);
            (colours[last], colours[drawn]) = (colours[drawn], colours[last]);
        }

        var packed = 0UL;
        for (var colour = 0; colour < ArcGrid.ColourCount; colour++)
        {
            packed |= At(colour, colours[colour]);
        }

        return new ArcAugmentation(transform, packed);
    }

    /// <summary>The new colour of a colour.</summary>
    /// <param name="colour">0 to 9.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public int ColourOf(int colour)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)colour, (uint)ArcGrid.ColourCount, nameof(colour));
        return (int)(((_difference ^ IdentityColours) >> (BitsPerColour * colour)) & 0xF);
    }

    /// <summary>Transforms a grid.</summary>
    /// <param name="grid">The grid.</param>
    public ArcGrid Apply(ArcGrid grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        if (IsIdentity)
        {
            return grid;
        }

        var cells = new byte[grid.Cells.Length];
        Apply(grid, cells);
        return Transform.SwapsAxes ? ArcGrid.Adopt(grid.Columns, grid.Rows, cells) : ArcGrid.Adopt(grid.Rows, grid.Columns, cells);
    }

    /// <summary>Transforms a pair; an unknown output stays unknown.</summary>
    /// <param name="pair">The pair.</param>
    public ArcPair Apply(ArcPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return new ArcPair(Apply(pair.Input), pair.Output is null ? null : Apply(pair.Output));
    }

    /// <summary>The part of a puzzle id after the task's name: <c>t3_0123456789</c>.</summary>
    public override string ToString() => string.Create(PrefixLength + ArcGrid.ColourCount, this, static (text, augmentation) =>
    {
        text[0] = 't';
        text[1] = (char)('0' + augmentation.Transform.Index);
        text[2] = '_';
        for (var colour = 0; colour < ArcGrid.ColourCount; colour++)
        {
            text[PrefixLength + colour] = (char)('0' + augmentation.ColourOf(colour));
        }
    });

    /// <summary>Reads an augmentation; <see cref="ToString"/> is the inverse.</summary>
    /// <param name="text">The text.</param>
    /// <param name="augmentation">The augmentation.</param>
    /// <returns>Whether the text is valid.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out ArcAugmentation augmentation)
    {
        augmentation = Identity;
        if (text.Length != PrefixLength + ArcGrid.ColourCount || text[0] != 't' || text[1] is < '0' or > '7' || text[2..4] is not "_0")
        {
            return false;
        }

        var seen = 0;
        var colours = 0UL;
        for (var colour = 0; colour < ArcGrid.ColourCount; colour++)
        {
            var digit = text[PrefixLength + colour] - '0';
            if (digit is < 0 or >= ArcGrid.ColourCount || (seen & (1 << digit)) != 0)
            {
                return false;
            }

            seen |= 1 << digit;
            colours |= At(colour, digit);
        }

        augmentation = new ArcAugmentation(DihedralTransform.Of(text[1] - '0'), colours);
        return true;
    }

    /// <summary>Writes the cells of a transformed grid without allocation.</summary>
    internal void Apply(ArcGrid grid, Span<byte> cells)
    {
        Transform.Apply(grid.Cells, grid.Rows, grid.Columns, cells);
        if (_difference == 0)
        {
            return;
        }

        var colours = _difference ^ IdentityColours;
        for (var cell = 0; cell < cells.Length; cell++)
        {
            cells[cell] = (byte)((colours >> (BitsPerColour * cells[cell])) & 0xF);
        }
    }

    private static ulong At(int colour, int value) => (ulong)value << (BitsPerColour * colour);
}
