namespace Hrm.Puzzles;

/// <summary>The checksum of zip archives: CRC-32 with the reflected polynomial EDB88320, initial and final value inverted.</summary>
internal sealed class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(value => Remainder((uint)value))];

    private uint _inverted = uint.MaxValue;

    public uint Value => ~_inverted;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var value = _inverted;
        foreach (var next in bytes)
        {
            value = Table[(byte)value ^ next] ^ (value >> 8);
        }

        _inverted = value;
    }

    private static uint Remainder(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 1) == 0 ? value >> 1 : Polynomial ^ (value >> 1);
        }

        return value;
    }
}
