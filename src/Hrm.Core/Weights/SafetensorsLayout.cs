namespace Hrm.Core;

/// <summary>
/// The rules for where tensors stand: each takes the bytes that its shape needs, and together they cover the data
/// without a gap, an overlap or a rest, so that no two readers can see different content in one file.
/// </summary>
internal static class SafetensorsLayout
{
    /// <summary>Checks the entries and returns them in the order of their data.</summary>
    public static WeightsEntry[] Check(IEnumerable<WeightsEntry> entries, long dataLength, bool allowUnaligned, string file)
    {
        var inOrder = entries.ToArray();
        foreach (var entry in inOrder)
        {
            CheckSize(entry, dataLength, file);
        }
        Array.Sort(inOrder, static (left, right) =>
        {
            var byOffset = left.ByteOffset.CompareTo(right.ByteOffset);
            if (byOffset != 0)
            {
                return byOffset;
            }
            var byLength = left.ByteLength.CompareTo(right.ByteLength);
            return byLength != 0 ? byLength : string.CompareOrdinal(left.Name, right.Name);
        });
        WeightsEntry? previous = null;
        long end = 0;
        foreach (var entry in inOrder)
        {
            if (entry.ByteOffset < end)
            {
                throw new WeightsFormatException(file, $"data_offsets: expected to begin at {end}, where {Quote.Text(previous!.Name)} ends, got {entry.ByteOffset}: they overlap", entry.Name);
            }
            if (entry.ByteOffset > end)
            {
                throw new WeightsFormatException(file, $"data_offsets: expected to begin at {end}, got {entry.ByteOffset}: a gap that no tensor covers", entry.Name);
            }
            if (!allowUnaligned && entry.ByteOffset % entry.ElementSize != 0)
            {
                throw new WeightsFormatException(file, $"data_offsets: expected to begin at a multiple of {entry.ElementSize} ({entry}), got {entry.ByteOffset}: unaligned; SafetensorsFile.Open(path, allowUnaligned: true) reads it", entry.Name);
            }
            end += entry.ByteLength;
            previous = entry;
        }
        if (end != dataLength)
        {
            throw new WeightsFormatException(file, $"expected the tensors to cover the {dataLength} bytes after the header, got {end}");
        }
        return inOrder;
    }

    /// <summary>The bytes of a shape, or null where they, or the product of any of its dimensions, pass 2^63 - 1.</summary>
    public static long? ByteLength(ReadOnlySpan<long> shape, int elementSize)
    {
        // An empty dimension does not excuse the others: strides are products too.
        Int128 nonEmpty = elementSize;
        var isEmpty = false;
        foreach (var size in shape)
        {
            isEmpty |= size == 0;
            nonEmpty *= Math.Max(size, 1);
            if (nonEmpty > long.MaxValue)
            {
                return null;
            }
        }
        return isEmpty ? 0 : (long)nonEmpty;
    }

    private static void CheckSize(WeightsEntry entry, long dataLength, string file)
    {
        if (entry.ByteOffset > dataLength || entry.ByteLength > dataLength - entry.ByteOffset)
        {
            throw new WeightsFormatException(file, $"data_offsets: expected to end within the {dataLength} bytes after the header, got [{entry.ByteOffset}, {entry.ByteOffset + entry.ByteLength}]", entry.Name);
        }
        if (ByteLength(entry.Dimensions, entry.ElementSize) is not { } needed)
        {
            throw new WeightsFormatException(file, $"shape: expected fewer than 2^63 bytes, got {entry}: the size overflows", entry.Name);
        }
        if (needed != entry.ByteLength)
        {
            throw new WeightsFormatException(file, $"data_offsets: expected {needed} bytes for {entry}, got {entry.ByteLength}", entry.Name);
        }
    }
}
