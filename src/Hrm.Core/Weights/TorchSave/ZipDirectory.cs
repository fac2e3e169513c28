using System.Buffers.Binary;
using System.Text;

namespace Hrm.Core;

/// <summary>
/// Reads the directory of a zip archive as torch.save writes it: every entry stored, below one folder, each with bytes of its
/// own.
/// </summary>
internal sealed class ZipDirectory
{
    public const uint Signature = 0x02014b50;
    public const uint LocalSignature = 0x04034b50;
    public const int FixedBytes = 46;
    public const int LocalFixedBytes = 30;

    private const int MaxNameBytes = 512;

    /// <summary>Sizes that follow the data, and names in UTF-8; anything else (encryption, patches) is refused.</summary>
    private const ushort AllowedFlags = 0x0808;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly InputFile _file;
    private readonly ZipEnd _end;
    private readonly Dictionary<string, StoredZipEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<(long Start, long End)> _ranges = [];
    private string? _folder;

    private ZipDirectory(InputFile file, ZipEnd end)
    {
        _file = file;
        _end = end;
    }

    /// <summary>The entries by their names below the folder.</summary>
    public static Dictionary<string, StoredZipEntry> Read(InputFile file)
    {
        var directory = new ZipDirectory(file, ZipEnd.Read(file));
        directory.Read();
        directory.RequireDisjoint();
        return directory._entries;
    }

    private void Read()
    {
        var bytes = new byte[_end.DirectoryBytes];
        _file.CopyTo(_end.DirectoryStart, bytes);
        var rest = bytes.AsSpan();
        for (var i = 0; i < _end.EntryCount; i++)
        {
            rest = rest[ReadEntry(rest)..];
        }

        if (!rest.IsEmpty)
        {
            throw Fault($"expected {_end.EntryCount} entries in the directory, got {rest.Length} bytes after them");
        }
    }

    /// <summary>Reads the entry that <paramref name="directory"/> begins with, and returns how long it is.</summary>
    private int ReadEntry(ReadOnlySpan<byte> directory)
    {
        if (directory.Length < FixedBytes || BinaryPrimitives.ReadUInt32LittleEndian(directory) != Signature)
        {
            throw Fault($"expected {_end.EntryCount} entries in the directory, got {_entries.Count} and then other bytes");
        }

        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[30..]);
        int commentLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[32..]);
        var length = FixedBytes + nameLength + extraLength + commentLength;
        if (nameLength > MaxNameBytes || length > directory.Length)
        {
            throw Fault($"expected names of at most {MaxNameBytes} bytes within the directory, got an entry of {length}, its name of {nameLength}");
        }

        var nameBytes = directory.Slice(FixedBytes, nameLength);
        var name = Decode(nameBytes);
        RequireStored(directory, name);
        var wide = new ZipWideFields(directory.Slice(FixedBytes + nameLength, extraLength));
        var size = wide.Take(BinaryPrimitives.ReadUInt32LittleEndian(directory[24..]));
        var storedSize = wide.Take(BinaryPrimitives.ReadUInt32LittleEndian(directory[20..]));
        var start = wide.Take(BinaryPrimitives.ReadUInt32LittleEndian(directory[42..]));
        if (size is null || start is null || size != storedSize)
        {
            throw Fault($"{Quote.Text(name)}: expected one size and a place, got {Text(size)} bytes stored in {Text(storedSize)} at {Text(start)}");
        }

        Add(name, nameBytes, size.Value, start.Value, BinaryPrimitives.ReadUInt32LittleEndian(directory[16..]));
        return length;
    }

    private void RequireStored(ReadOnlySpan<byte> entry, string name)
    {
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]);
        var method = BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]);
        if (method != 0 || (flags & ~AllowedFlags) != 0 || BinaryPrimitives.ReadUInt16LittleEndian(entry[34..]) != 0)
        {
            throw Fault($"{Quote.Text(name)}: expected an entry that is stored, as torch.save writes them, got method {method} (8 is deflate) and flags 0x{flags:x4}");
        }
    }

    private void Add(string name, ReadOnlySpan<byte> nameBytes, ulong size, ulong start, uint crc)
    {
        var below = BelowFolder(name);
        var data = RequireLocal(name, nameBytes, start);
        if (size > (ulong)(_end.DirectoryStart - data))
        {
            throw Fault($"{Quote.Text(name)}: expected data that end before the directory at byte {_end.DirectoryStart}, got {size} bytes from byte {data}");
        }

        if (!_entries.TryAdd(below, new StoredZipEntry(below, data, (long)size, crc)))
        {
            throw Fault($"{Quote.Text(name)}: expected each name once, got it twice");
        }

        _ranges.Add(((long)start, data + (long)size));
    }

    /// <summary>The first byte of the data, behind a local header that says the same as the directory.</summary>
    private long RequireLocal(string name, ReadOnlySpan<byte> nameBytes, ulong start)
    {
        Span<byte> header = stackalloc byte[LocalFixedBytes + MaxNameBytes];
        header = header[..(LocalFixedBytes + nameBytes.Length)];
        if (start > (ulong)_end.DirectoryStart || _end.DirectoryStart - (long)start < header.Length)
        {
            throw Fault($"{Quote.Text(name)}: expected it before the directory at byte {_end.DirectoryStart}, got byte {start}");
        }

        _file.CopyTo((long)start, header);
        var data = (long)start + header.Length + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        var agrees = BinaryPrimitives.ReadUInt32LittleEndian(header) == LocalSignature
            && BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) == 0
            && BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) == nameBytes.Length
            && header[LocalFixedBytes..].SequenceEqual(nameBytes);
        return agrees && data <= _end.DirectoryStart
            ? data
            : throw Fault($"{Quote.Text(name)}: expected a local header of this name at byte {start}, got other bytes");
    }

    private string BelowFolder(string name)
    {
        var parts = name.Split('/');
        var isPlain = parts.Length > 1
            && parts.All(part => part is not ("" or "." or ".."))
            && !name.Any(character => character is '\\' or ':' || char.IsControl(character));
        _folder ??= parts[0];
        return isPlain && parts[0] == _folder
            ? name[(_folder.Length + 1)..]
            : throw Fault($"expected plain names below the folder {Quote.Text(_folder)}, got {Quote.Text(name)}");
    }

    private void RequireDisjoint()
    {
        _ranges.Sort();
        long end = 0;
        foreach (var range in _ranges)
        {
            if (range.Start < end)
            {
                throw Fault($"expected entries with bytes of their own, got one at byte {range.Start} within one that ends at byte {end}: they overlap");
            }

            end = range.End;
        }
    }

    private string Decode(ReadOnlySpan<byte> name)
    {
        try
        {
            return StrictUtf8.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            throw Fault("expected names in UTF-8, got other bytes");
        }
    }

    private static string Text(ulong? value) => value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no";

    private WeightsFormatException Fault(string problem) => new(_file.Path, $"zip: {problem}");
}
