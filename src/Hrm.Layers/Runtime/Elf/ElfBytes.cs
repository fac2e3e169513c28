using System.Buffers.Binary;
using System.Text;

namespace Hrm.Layers;

/// <summary>Little-endian reads that stay inside the file: every offset comes from the file and may be anything.</summary>
internal sealed class ElfBytes(byte[] content, string file)
{
    private const int MaxNameLength = 1024;

    public ulong Length => (ulong)content.Length;

    public ushort UInt16(ulong offset) => BinaryPrimitives.ReadUInt16LittleEndian(At(offset, sizeof(ushort)));

    public uint UInt32(ulong offset) => BinaryPrimitives.ReadUInt32LittleEndian(At(offset, sizeof(uint)));

    public ulong UInt64(ulong offset) => BinaryPrimitives.ReadUInt64LittleEndian(At(offset, sizeof(ulong)));

    public bool StartsWith(ReadOnlySpan<byte> prefix) => content.AsSpan().StartsWith(prefix);

    /// <summary>The zero-terminated name at an offset, which must end before <paramref name="limit"/>.</summary>
    public string Name(ulong offset, ulong limit)
    {
        if (limit > Length || offset >= limit)
        {
            throw Damaged($"expected a name before offset {limit}, got one at offset {offset}");
        }

        var window = content.AsSpan((int)offset, (int)Math.Min(limit - offset, MaxNameLength));
        var length = window.IndexOf((byte)0);
        return length >= 0
            ? Encoding.Latin1.GetString(window[..length])
            : throw Damaged($"the name at offset {offset} has no end within {window.Length} bytes");
    }

    public ElfFormatException Damaged(string message) => new(file, message);

    private ReadOnlySpan<byte> At(ulong offset, int size)
    {
        if (offset > Length || Length - offset < (ulong)size)
        {
            throw Damaged($"expected {size} bytes at offset {offset}, got a file of {Length} bytes");
        }

        return content.AsSpan((int)offset, size);
    }
}
