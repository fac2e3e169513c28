using System.Globalization;

namespace Hrm.Puzzles;

/// <summary>
/// Augmentation of an ARC task: one of the eight symmetries of a grid, and a permutation of the colours 1 to 9. Colour 0, the
/// background, stays.
/// </summary>
/// <remarks>The two parts commute. The default value is <see cref="Identity"/>.</remarks>
public readonly record struct ArcAugmentation
{
    /// <summary>The length of the text.</summary>
    private const int TextLength = 3 + ArcGrid.ColourCount;

    private const int BitsPerColour = 4;
    private const ulong IdentityColours = 0x98_7654_3210;

    // Four bits per colour, XOR those of the identity, so that the default value is the identity.
    private readonly ulong _difference;

    private ArcAugmentation(DihedralTransform transform, ulong colours)
    {
        Transform = transform;
        _difference = colours ^ IdentityColours;
    }

    /// <summary>The augmentation without effect.</summary>
    public static ArcAugmentation Identity => default;

    /// <summary>The symmetry of the grid.</summary>
    public DihedralTransform Transform { get; }

    /// <summary>Whether this is <see cref="Identity"/>.</summary>
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

    /// <summary>Creates an augmentation.</summary>
    /// <param name="transform">The symmetry of the grid.</param>
    /// <param name="colours">The new colour of each colour: 0, then 1 to 9 in some order.</param>
    /// <exception cref="ArgumentException">The colours are not such a permutation.</exception>
    public static ArcAugmentation Create(DihedralTransform transform, params ReadOnlySpan<byte> colours)
    {
        var packed = 0UL;
        var seen = 0;
        for (var colour = 0; colour < colours.Length; colour++)
        {
            seen |= 1 << Math.Min((int)colours[colour], ArcGrid.ColourCount);
            packed |= colour < ArcGrid.ColourCount ? At(colour, colours[colour]) : 0;
        }

        return colours.Length == ArcGrid.ColourCount && seen == (1 << ArcGrid.ColourCount) - 1 && colours[0] == 0
            ? new ArcAugmentation(transform, packed)
            : throw new ArgumentException($"colours: expected 0 and then 1 to 9 in some order, got {string.Join(" ", colours.ToArray())}", nameof(colours));
    }

    /// <summary>Draws one of the 8 · 9! augmentations, each equally likely.</summary>
    /// <param name="random">The random source.</param>
    public static ArcAugmentation Random(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var transform = DihedralTransform.Of(random.Next(DihedralTransform.Count));
        Span<byte> colours = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

        // Not Random.Shuffle, whose draws may change with the version of .NET: a seed must always give the same dataset.
        for (var last = ArcGrid.ColourCount - 1; last > 1; last--)
        {
            var drawn = random.Next(1, last + 1);
            (colours[last], colours[drawn]) = (colours[drawn], colours[last]);
        }

        return Create(transform, colours);
    }

    /// <summary>The new colour of a colour.</summary>
    /// <param name="colour">0 to 9.</param>
    /// <exception cref="ArgumentOutOfRangeException">The colour is out of range.</exception>
    public int ColourOf(int colour)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)colour, (uint)ArcGrid.ColourCount, nameof(colour));
        return (int)(((_difference ^ IdentityColours) >> (BitsPerColour * colour)) & 0xF);
    }

    /// <summary>Applies the augmentation to a grid.</summary>
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

    /// <summary>Applies the augmentation to a pair; an unknown output stays unknown.</summary>
    /// <param name="pair">The pair.</param>
    public ArcPair Apply(ArcPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return new ArcPair(Apply(pair.Input), pair.Output is null ? null : Apply(pair.Output));
    }

    /// <summary>Applies the augmentation to a task, which keeps its name.</summary>
    /// <param name="task">The task.</param>
    public ArcTask Apply(ArcTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new ArcTask(task.Name, task.Train.Select(Apply), task.Test.Select(Apply));
    }

    /// <summary>Writes the second part of a puzzle id: <c>t3_0123456789</c>.</summary>
    public override string ToString()
    {
        var self = this;
        return string.Create(TextLength, self, static (text, augmentation) =>
        {
            text[0] = 't';
            text[1] = (char)('0' + augmentation.Transform.Index);
            text[2] = '_';
            for (var colour = 0; colour < ArcGrid.ColourCount; colour++)
            {
                text[3 + colour] = (char)('0' + augmentation.ColourOf(colour));
            }
        });
    }

    /// <summary>Parses the text that <see cref="ToString"/> writes.</summary>
    /// <param name="text">The text.</param>
    /// <param name="augmentation">The augmentation.</param>
    /// <returns>Whether the text is valid.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out ArcAugmentation augmentation)
    {
        augmentation = Identity;
        if (text.Length != TextLength || text[0] != 't' || text[1] is < '0' or > '7' || text[2] != '_')
        {
            return false;
        }

        var seen = 0;
        var colours = 0UL;
        for (var colour = 0; colour < ArcGrid.ColourCount; colour++)
        {
            if (!byte.TryParse(text.Slice(3 + colour, 1), NumberStyles.None, CultureInfo.InvariantCulture, out var digit))
            {
                return false;
            }

            seen |= 1 << digit;
            colours |= At(colour, digit);
        }

        if (seen != (1 << ArcGrid.ColourCount) - 1 || text[3] != '0')
        {
            return false;
        }

        augmentation = new ArcAugmentation(DihedralTransform.Of(text[1] - '0'), colours);
        return true;
    }

    /// <summary>Writes the cells of the augmented grid, without allocation.</summary>
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
