using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Hrm.Core;

/// <summary>
/// Writes a zip archive of stored entries below one folder, each with its data at a multiple of 64 bytes, as PyTorch lays them
/// out so that they can be mapped.
/// </summary>
/// <param name="stream">Seekable: a CRC-32 is known, and put in, after the data.</param>
/// <param name="folder">The name of the folder.</param>
/// <param name="wideFrom">The first size or place that is written in zip64 fields.</param>
internal sealed class StoredZipWriter(Stream stream, string folder, long wideFrom = uint.MaxValue)
{
    private const int Alignment = 64;
    private const int ExtraHeaderBytes = 4;
    private const int LocalWideBytes = ExtraHeaderBytes + (2 * sizeof(long));
    private const int CrcOffset = 14;
    private const ushort Utf8Flag = 0x0800;
    private const ushort Version = 45;

    /// <summary>The extra field that PyTorch fills up to the alignment with: "FB".</summary>
    private const ushort PaddingExtra = 0x4246;

    /// <summary>1980-01-01, the first day that the format knows: equal weights give equal bytes.</summary>
    private const ushort Date = 0x0021;

    private readonly ArrayBufferWriter<byte> _directory = new();
    private int _count;

    /// <summary>Receives what <see cref="Add"/> asks for.</summary>
    public delegate void Sink(ReadOnlySpan<byte> bytes);

    /// <summary>Writes an entry.</summary>
    /// <param name="name">The name below the folder.</param>
    /// <param name="length">How many bytes <paramref name="write"/> will give.</param>
    /// <param name="write">Gives the bytes, in pieces.</param>
    public void Add(string name, long length, Action<Sink> write)
    {
        var nameBytes = Encoding.UTF8.GetBytes($"{folder}/{name}");
        var start = stream.Position;
        WriteLocalHeader(nameBytes, length, start);
        var crc = new Crc32();
        write(bytes =>
        {
            crc.Append(bytes);
            stream.Write(bytes);
        });
        PutCrc(start, crc.GetCurrentHashAsUInt32());
        AddToDirectory(nameBytes, length, start, crc.GetCurrentHashAsUInt32());
        _count++;
    }

    /// <summary>Writes the directory.</summary>
    public void Finish()
    {
        var start = stream.Position;
        stream.Write(_directory.WrittenSpan);
        var end = new ArrayBufferWriter<byte>();
        WriteWideEnd(end, start);
        var writer = new Fields(end);
        writer.Write(ZipEnd.Signature);
        writer.Write(0);
        writer.Write(Narrow16(_count));
        writer.Write(Narrow16(_count));
        writer.Write(Narrow(_directory.WrittenCount));
        writer.Write(Narrow(start));
        writer.Write((ushort)0);
        stream.Write(end.WrittenSpan);
    }

    private void WriteLocalHeader(byte[] name, long length, long start)
    {
        var header = new ArrayBufferWriter<byte>();
        var writer = new Fields(header);
        var wideBytes = IsWide(length) ? LocalWideBytes : 0;
        var unpadded = start + ZipDirectory.LocalFixedBytes + name.Length + wideBytes + ExtraHeaderBytes;
        var padding = (int)((Alignment - (unpadded % Alignment)) % Alignment);
        writer.Write(ZipDirectory.LocalSignature);
        WriteCommon(writer, crc: 0, length, name.Length, wideBytes + ExtraHeaderBytes + padding);
        header.Write(name);
        if (IsWide(length))
        {
            writer.Write(ZipWideFields.Kind);
            writer.Write((ushort)(2 * sizeof(long)));
            writer.Write(length);
            writer.Write(length);
        }

        writer.Write(PaddingExtra);
        writer.Write((ushort)padding);
        header.GetSpan(padding)[..padding].Fill((byte)'Z');
        header.Advance(padding);
        stream.Write(header.WrittenSpan);
    }

    private void AddToDirectory(byte[] name, long length, long start, uint crc)
    {
        var writer = new Fields(_directory);
        var wideBytes = (IsWide(length) ? 2 * sizeof(long) : 0) + (IsWide(start) ? sizeof(long) : 0);
        writer.Write(ZipDirectory.Signature);
        writer.Write(Version);
        WriteCommon(writer, crc, length, name.Length, wideBytes == 0 ? 0 : ExtraHeaderBytes + wideBytes);
        writer.Write((ushort)0);
        writer.Write(0);
        writer.Write(0);
        writer.Write(Narrow(start));
        _directory.Write(name);
        if (wideBytes > 0)
        {
            writer.Write(ZipWideFields.Kind);
            writer.Write((ushort)wideBytes);
        }

        if (IsWide(length))
        {
            writer.Write(length);
            writer.Write(length);
        }

        if (IsWide(start))
        {
            writer.Write(start);
        }
    }

    /// <summary>What the local header and the directory have in common.</summary>
    private void WriteCommon(Fields writer, uint crc, long length, int nameLength, int extraLength)
    {
        writer.Write(Version);
        writer.Write(Utf8Flag);
        writer.Write((ushort)0);
        writer.Write((ushort)0);
        writer.Write(Date);
        writer.Write(crc);
        writer.Write(Narrow(length));
        writer.Write(Narrow(length));
        writer.Write((ushort)nameLength);
        writer.Write((ushort)extraLength);
    }

    /// <summary>The zip64 records, written always, as PyTorch does.</summary>
    private void WriteWideEnd(ArrayBufferWriter<byte> end, long start)
    {
        var writer = new Fields(end);
        writer.Write(ZipEnd.WideSignature);
        writer.Write(ZipEnd.WideBytes - 12L);
        writer.Write(Version);
        writer.Write(Version);
        writer.Write(0L);
        writer.Write((long)_count);
        writer.Write((long)_count);
        writer.Write((long)_directory.WrittenCount);
        writer.Write(start);
        writer.Write(ZipEnd.LocatorSignature);
        writer.Write(0);
        writer.Write(start + _directory.WrittenCount);
        writer.Write(1);
    }

    private void PutCrc(long start, uint crc)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, crc);
        var end = stream.Position;
        stream.Position = start + CrcOffset;
        stream.Write(bytes);
        stream.Position = end;
    }

    private bool IsWide(long value) => value >= wideFrom;

    private uint Narrow(long value) => IsWide(value) ? uint.MaxValue : (uint)value;

    private static ushort Narrow16(int value) => (ushort)Math.Min(value, ushort.MaxValue);

    /// <summary>Little-endian fields.</summary>
    private readonly struct Fields(ArrayBufferWriter<byte> buffer)
    {
        public void Write(ushort value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(buffer.GetSpan(sizeof(ushort)), value);
            buffer.Advance(sizeof(ushort));
        }

        public void Write(int value) => Write((uint)value);

        public void Write(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(buffer.GetSpan(sizeof(uint)), value);
            buffer.Advance(sizeof(uint));
        }

        public void Write(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(buffer.GetSpan(sizeof(long)), value);
            buffer.Advance(sizeof(long));
        }
    }
}
