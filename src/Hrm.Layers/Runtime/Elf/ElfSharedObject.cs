namespace Hrm.Layers;

/// <summary>
/// What the dynamic loader reads of a 64-bit little-endian shared object: its program headers and its dynamic
/// section. Section headers play no part in loading and may be stripped, so they are not consulted.
/// </summary>
/// <remarks>Reference: System V ABI, chapters 4 and 5, and the Linux Standard Base, "Symbol Versioning".</remarks>
internal sealed class ElfSharedObject
{
    private const ushort TypeSharedObject = 3;
    private const ushort MachineX64 = 62;
    private const ushort MachineArm64 = 183;
    private const uint SegmentLoad = 1;
    private const uint SegmentDynamic = 2;
    private const int ProgramHeaderSize = 56;
    private const int DynamicEntrySize = 16;

    private readonly ElfBytes _bytes;
    private readonly List<LoadSegment> _segments = [];
    private readonly Dictionary<ElfTag, ulong> _dynamic = [];

    /// <summary>Reads the headers.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="ElfFormatException">The file is something else, or damaged.</exception>
    public ElfSharedObject(byte[] content, string file)
    {
        _bytes = new ElfBytes(content, file);
        ReadIdentification();
        ReadProgramHeaders();
    }

    public ElfBytes Bytes => _bytes;

    /// <summary>The value of an entry of the dynamic section, or null where it has none.</summary>
    public ulong? Dynamic(ElfTag tag) => _dynamic.TryGetValue(tag, out var value) ? value : null;

    /// <summary>The value of an entry of the dynamic section that must be there.</summary>
    public ulong RequiredDynamic(ElfTag tag) =>
        Dynamic(tag) ?? throw _bytes.Damaged($"the dynamic section has no {tag} entry");

    /// <summary>Where in the file a range of memory addresses comes from.</summary>
    public ulong OffsetOf(ulong address, ulong size)
    {
        var (offset, available) = From(address);
        return size <= available
            ? offset
            : throw _bytes.Damaged($"expected {size} bytes at address 0x{address:x}, got {available} in the segment");
    }

    /// <summary>Where in the file a memory address comes from, and how many bytes its segment has from there on.</summary>
    public (ulong Offset, ulong Available) From(ulong address)
    {
        foreach (var segment in _segments)
        {
            if (address >= segment.Address && address - segment.Address < segment.FileSize)
            {
                var within = address - segment.Address;
                return (segment.Offset + within, segment.FileSize - within);
            }
        }

        throw _bytes.Damaged($"no segment of the file holds the address 0x{address:x}");
    }

    /// <summary>A name of the dynamic string table.</summary>
    public string Name(ulong index)
    {
        var size = RequiredDynamic(ElfTag.StringTableSize);
        var table = OffsetOf(RequiredDynamic(ElfTag.StringTable), size);
        return index < size
            ? _bytes.Name(table + index, table + size)
            : throw _bytes.Damaged($"expected a name index below {size}, got {index}");
    }

    private void ReadIdentification()
    {
        const byte Bits64 = 2;
        const byte LittleEndian = 1;
        if (!_bytes.StartsWith([0x7f, (byte)'E', (byte)'L', (byte)'F', Bits64, LittleEndian]))
        {
            throw _bytes.Damaged("expected a 64-bit little-endian ELF file");
        }

        var type = _bytes.UInt16(16);
        var machine = _bytes.UInt16(18);
        if (type != TypeSharedObject || machine is not (MachineX64 or MachineArm64))
        {
            throw _bytes.Damaged($"expected a shared object for x86-64 (62) or arm64 (183), got type {type}, machine {machine}");
        }
    }

    private void ReadProgramHeaders()
    {
        var table = _bytes.UInt64(32);
        var entrySize = _bytes.UInt16(54);
        var count = _bytes.UInt16(56);
        if (entrySize != ProgramHeaderSize)
        {
            throw _bytes.Damaged($"expected program headers of {ProgramHeaderSize} bytes, got {entrySize}");
        }

        if (table > _bytes.Length)
        {
            throw _bytes.Damaged($"the program headers begin at offset {table}, past the end ({_bytes.Length})");
        }

        var dynamicSections = 0;
        for (ulong i = 0; i < count; i++)
        {
            var header = table + (i * ProgramHeaderSize);
            var kind = _bytes.UInt32(header);
            var offset = _bytes.UInt64(header + 8);
            var address = _bytes.UInt64(header + 16);
            var fileSize = _bytes.UInt64(header + 32);
            if (kind is not (SegmentLoad or SegmentDynamic))
            {
                continue;
            }

            if (offset > _bytes.Length || fileSize > _bytes.Length - offset)
            {
                throw _bytes.Damaged($"segment {i} ({fileSize} bytes at offset {offset}) reaches past the end ({_bytes.Length})");
            }

            if (kind == SegmentLoad)
            {
                _segments.Add(new LoadSegment(address, offset, fileSize));
            }
            else if (++dynamicSections == 1)
            {
                ReadDynamicSection(offset, fileSize);
            }
        }

        if (dynamicSections != 1)
        {
            throw _bytes.Damaged($"expected one dynamic section, got {dynamicSections}");
        }
    }

    private void ReadDynamicSection(ulong offset, ulong size)
    {
        for (ulong at = 0; at + DynamicEntrySize <= size; at += DynamicEntrySize)
        {
            var tag = (ElfTag)_bytes.UInt64(offset + at);
            if (tag == ElfTag.End)
            {
                return;
            }

            _dynamic[tag] = _bytes.UInt64(offset + at + 8);
        }
    }

    private readonly record struct LoadSegment(ulong Address, ulong Offset, ulong FileSize);
}
