using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Hrm.Puzzles;

/// <summary>
/// 256 bits that tell apart what a task may be augmented to: equal for tasks whose pairs, demonstrations and tests together, are the
/// same in any order.
/// </summary>
/// <param name="Low">Half of the bits.</param>
/// <param name="High">The other half.</param>
internal readonly record struct ArcTaskKey(UInt128 Low, UInt128 High) : IComparable<ArcTaskKey>
{
    private const int GridBytes = 2 + (ArcGrid.MaximumSide * ArcGrid.MaximumSide);

    /// <summary>The key of the image of some pairs.</summary>
    public static ArcTaskKey Of(IReadOnlyList<ArcPair> pairs, ArcAugmentation augmentation)
    {
        Span<byte> bytes = stackalloc byte[2 * GridBytes];
        var keys = new ArcTaskKey[pairs.Count];
        for (var pair = 0; pair < keys.Length; pair++)
        {
            var length = Write(pairs[pair].Input, augmentation, bytes);
            length += Write(pairs[pair].Output, augmentation, bytes[length..]);
            keys[pair] = Of(bytes[..length]);
        }

        Array.Sort(keys);
        return Of(MemoryMarshal.AsBytes<ArcTaskKey>(keys));
    }

    public int CompareTo(ArcTaskKey other)
    {
        var high = High.CompareTo(other.High);
        return high != 0 ? high : Low.CompareTo(other.Low);
    }

    private static ArcTaskKey Of(ReadOnlySpan<byte> bytes)
    {
        Span<ArcTaskKey> key = stackalloc ArcTaskKey[1];
        SHA256.HashData(bytes, MemoryMarshal.AsBytes(key));
        return key[0];
    }

    /// <summary>Writes the sides and the cells, so that no two pairs of grids have the same bytes; 0 for an unknown grid.</summary>
    private static int Write(ArcGrid? grid, ArcAugmentation augmentation, Span<byte> bytes)
    {
        if (grid is null)
        {
            bytes[0] = 0;
            return 1;
        }

        var (rows, columns) = augmentation.Transform.SwapsAxes ? (grid.Columns, grid.Rows) : (grid.Rows, grid.Columns);
        (bytes[0], bytes[1]) = ((byte)rows, (byte)columns);
        augmentation.Apply(grid, bytes.Slice(2, grid.Cells.Length));
        return 2 + grid.Cells.Length;
    }
}
