using System.Buffers.Binary;

namespace Hrm.Core;

/// <summary>The 64-bit fields of an entry, which stand in an extra field in the order of the narrow ones that do not fit.</summary>
internal ref struct ZipWideFields(ReadOnlySpan<byte> extra)
{
    /// <summary>The kind of the extra field.</summary>
    public const ushort Kind = 1;

    private ReadOnlySpan<byte> _rest = Find(extra);

    public ulong? Take(uint narrow)
    {
        if (narrow != uint.MaxValue)
        {
            return narrow;
        }

        if (_rest.Length < sizeof(ulong))
        {
            return null;
        }

        var value = BinaryPrimitives.ReadUInt64LittleEndian(_rest);
        _rest = _rest[sizeof(ulong)..];
        return value;
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (length > extra.Length - 4)
            {
                return [];
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == Kind)
            {
                return extra.Slice(4, length);
            }

            extra = extra[(4 + length)..];
        }

        return [];
    }
}
