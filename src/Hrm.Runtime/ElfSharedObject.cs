using System.Buffers.Binary;
using System.Text;

namespace Hrm.Runtime;

/// <summary>
/// The symbol versions that a 64-bit little-endian shared object requires, read as the dynamic loader reads them: through the
/// program headers and the dynamic section. Section headers are not needed for loading and may be stripped.
/// </summary>
/// <remarks>
/// Every offset comes from the file and may have any value: each read is checked against the end of the file, and each list is
/// bounded. References: System V ABI, chapters 4 and 5; Linux Standard Base, "Symbol Versioning".
/// </remarks>
internal sealed class ElfSharedObject
{
    private const uint SegmentLoad = 1;
    private const uint SegmentDynamic = 2;
    private const int ProgramHeaderSize = 56;
    private const int DynamicEntrySize = 16;
    private const int NeedSize = 16;
    private const int MaxNameLength = 1024;

    /// <summary>A symbol refers to its version with 15 bits, so a valid file has no more versions.</summary>
    private const int MaxVersions = 0x8000;

    private readonly byte[] _content;
    private readonly string _file;
    private readonly List<(ulong Address, ulong Offset, ulong Size)> _segments = [];
    private readonly Dictionary<ElfTag, ulong> _dynamic = [];

    /// <summary>Reads the headers.</summary>
    /// <exception cref="TorchLoadException">The file is not a shared object of this kind, or is damaged.</exception>
    public ElfSharedObject(byte[] content, string file)
    {
        const byte Bits64 = 2;
        const byte LittleEndian = 1;
        (_content, _file) = (content, file);
        if (content is not [0x7f, (byte)'E', (byte)'L', (byte)'F', Bits64, LittleEndian, ..])
        {
            throw Damaged("expected a 64-bit little-endian ELF file");
        }

        ReadProgramHeaders();
    }

    private ulong Length => (ulong)_content.Length;

    /// <summary>The versions that the object requires of other libraries (<c>.gnu.version_r</c>).</summary>
    public IReadOnlyList<ElfVersionNeed> Needs()
    {
        var needs = new List<ElfVersionNeed>();
        ulong? library = _dynamic.TryGetValue(ElfTag.VersionNeeds, out var address) ? OffsetOf(address, NeedSize) : null;
        for (; library is { } need; library = Next(need))
        {
            var file = Name(UInt32(need + 4));
            for (ulong? version = need + UInt32(need + 8); version is { } at; version = Next(at))
            {
                needs.Add(new ElfVersionNeed(file, Name(UInt32(at + 8)), UInt16(at + 4), (int)at + 4));
                if (needs.Count > MaxVersions)
                {
                    throw Damaged($"it lists more than {MaxVersions} versions");
                }
            }
        }

        return needs;
    }

    /// <summary>The offset in the file of a range of memory addresses.</summary>
    public ulong OffsetOf(ulong address, ulong size)
    {
        foreach (var segment in _segments)
        {
            if (address >= segment.Address && address - segment.Address < segment.Size)
            {
                var within = address - segment.Address;
                return size <= segment.Size - within
                    ? segment.Offset + within
                    : throw Damaged($"expected {size} bytes at address 0x{address:x}, got {segment.Size - within} in the segment");
            }
        }

        throw Damaged($"no segment of the file holds the address 0x{address:x}");
    }

    /// <summary>The value of an entry of the dynamic section.</summary>
    public ulong Dynamic(ElfTag tag)
        => _dynamic.TryGetValue(tag, out var value) ? value : throw Damaged($"the dynamic section has no {tag} entry");

    private void ReadProgramHeaders()
    {
        var (table, entrySize, count) = (UInt64(32), UInt16(54), UInt16(56));
        if (entrySize != ProgramHeaderSize || table > Length)
        {
            throw Damaged($"expected program headers of {ProgramHeaderSize} bytes within {Length}, got {entrySize} at offset {table}");
        }

        for (ulong i = 0; i < count; i++)
        {
            var header = table + (i * ProgramHeaderSize);
            var (kind, offset, address, size) = (UInt32(header), UInt64(header + 8), UInt64(header + 16), UInt64(header + 32));
            if (kind is SegmentLoad or SegmentDynamic && (offset > Length || size > Length - offset))
            {
                throw Damaged($"segment {i} ({size} bytes at offset {offset}) reaches past the end ({Length})");
            }

            if (kind == SegmentLoad)
            {
                _segments.Add((address, offset, size));
            }
            else if (kind == SegmentDynamic)
            {
                ReadDynamicSection(offset, size);
            }
        }

        if (_dynamic.Count == 0)
        {
            throw Damaged("expected a dynamic section, got none");
        }
    }

    private void ReadDynamicSection(ulong offset, ulong size)
    {
        for (ulong at = 0; at + DynamicEntrySize <= size; at += DynamicEntrySize)
        {
            var tag = (ElfTag)UInt64(offset + at);
            if (tag == ElfTag.End)
            {
                return;
            }

            _dynamic[tag] = UInt64(offset + at + 8);
        }
    }

    /// <summary>A zero-terminated name of the dynamic string table.</summary>
    private string Name(ulong index)
    {
        var size = Dynamic(ElfTag.StringTableSize);
        var table = OffsetOf(Dynamic(ElfTag.StringTable), size);
        if (index >= size)
        {
            throw Damaged($"expected a name index below {size}, got {index}");
        }

        var window = At(table + index, Math.Min(size - index, MaxNameLength));
        var length = window.IndexOf((byte)0);
        return length >= 0
            ? Encoding.Latin1.GetString(window[..length])
            : throw Damaged($"the name at offset {table + index} has no end within {window.Length} bytes");
    }

    /// <summary>The offset of the entry after one of a list of versions, or null at its end. Both lists have this field at 12.</summary>
    private ulong? Next(ulong entry) => UInt32(entry + 12) switch
    {
        0 => null,
        >= NeedSize and var step => entry + step,
        var step => throw Damaged($"expected a step of at least {NeedSize} bytes to the next version, got {step}"),
    };

    private ushort UInt16(ulong offset) => BinaryPrimitives.ReadUInt16LittleEndian(At(offset, sizeof(ushort)));

    private uint UInt32(ulong offset) => BinaryPrimitives.ReadUInt32LittleEndian(At(offset, sizeof(uint)));

    private ulong UInt64(ulong offset) => BinaryPrimitives.ReadUInt64LittleEndian(At(offset, sizeof(ulong)));

    private ReadOnlySpan<byte> At(ulong offset, ulong size)
        => offset <= Length && size <= Length - offset
            ? _content.AsSpan((int)offset, (int)size)
            : throw Damaged($"expected {size} bytes at offset {offset}, got a file of {Length} bytes");

    private TorchLoadException Damaged(string message) => new($"{_file}: {message}");
}

/// <summary>One symbol version that a shared object requires of another (an <c>Elf64_Vernaux</c>).</summary>
/// <param name="File">The other library, such as <c>libstdc++.so.6</c>.</param>
/// <param name="Version">The version, such as <c>GLIBCXX_3.4.32</c>.</param>
/// <param name="Flags"><c>vna_flags</c>; bit 1 lets the loader continue without the version.</param>
/// <param name="FlagsOffset">The offset of the flags in the file.</param>
internal sealed record ElfVersionNeed(string File, string Version, ushort Flags, int FlagsOffset);

/// <summary>The entries of a dynamic section (<c>DT_*</c>) that symbol versions need.</summary>
internal enum ElfTag : ulong
{
    End = 0,
    StringTable = 5,
    StringTableSize = 10,
    VersionNeeds = 0x6ffffffe,
}
