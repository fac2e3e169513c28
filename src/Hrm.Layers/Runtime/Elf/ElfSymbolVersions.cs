namespace Hrm.Layers;

/// <summary>The symbol versions that a shared object asks for and offers, and which of them its relocations use.</summary>
/// <remarks>
/// Relocations of <c>DT_RELR</c> name no symbol, so they cannot use a version.
/// </remarks>
internal static class ElfSymbolVersions
{
    // A symbol refers to its version with 15 bits, so a valid file has no more.
    private const int MaxVersions = 0x8000;
    private const ushort HiddenBit = 0x8000;
    private const int NeedSize = 16;
    private const int NeedVersionSize = 16;
    private const int DefinitionSize = 20;
    private const int RelocationSize = 16;
    private const int RelocationWithAddendSize = 24;

    /// <summary>The versions that the object asks of other libraries (<c>.gnu.version_r</c>).</summary>
    public static IReadOnlyList<ElfVersionNeed> Needs(ElfSharedObject elf)
    {
        var needs = new List<ElfVersionNeed>();
        if (elf.Dynamic(ElfTag.VersionNeeds) is not { } address)
        {
            return needs;
        }

        var bytes = elf.Bytes;
        var libraries = 0;
        var library = elf.OffsetOf(address, NeedSize);
        for (var left = elf.RequiredDynamic(ElfTag.VersionNeedCount); left > 0; left--)
        {
            ExpectAtMost(++libraries, bytes);
            var versions = bytes.UInt16(library + 2);
            var file = elf.Name(bytes.UInt32(library + 4));
            var version = library + bytes.UInt32(library + 8);
            for (var i = 0; i < versions; i++)
            {
                needs.Add(new ElfVersionNeed(
                    file,
                    elf.Name(bytes.UInt32(version + 8)),
                    bytes.UInt16(version + 6),
                    bytes.UInt16(version + 4),
                    checked((int)version + 4)));
                ExpectAtMost(needs.Count, bytes);
                version += Next(bytes.UInt32(version + 12), i + 1 == versions, NeedVersionSize, bytes);
            }

            library += Next(bytes.UInt32(library + 12), left == 1, NeedSize, bytes);
        }

        return needs;
    }

    /// <summary>The versions that the object offers (<c>.gnu.version_d</c>).</summary>
    public static IReadOnlySet<string> Definitions(ElfSharedObject elf)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (elf.Dynamic(ElfTag.VersionDefinitions) is not { } address)
        {
            return names;
        }

        var bytes = elf.Bytes;
        var seen = 0;
        var definition = elf.OffsetOf(address, DefinitionSize);
        for (var left = elf.RequiredDynamic(ElfTag.VersionDefinitionCount); left > 0; left--)
        {
            ExpectAtMost(++seen, bytes);
            // The first name is the version's own, any others are the versions that it includes.
            names.Add(elf.Name(bytes.UInt32(definition + bytes.UInt32(definition + 12))));
            definition += Next(bytes.UInt32(definition + 16), left == 1, DefinitionSize, bytes);
        }

        return names;
    }

    /// <summary>How many relocations refer to a symbol of the version with this number.</summary>
    public static int RelocationsUsing(ElfSharedObject elf, ushort index)
    {
        var (versions, available) = elf.From(elf.RequiredDynamic(ElfTag.SymbolVersions));
        var uses = 0;
        foreach (var (offset, entrySize, size) in RelocationTables(elf))
        {
            for (ulong at = 0; at < size; at += entrySize)
            {
                var symbol = elf.Bytes.UInt64(offset + at + 8) >> 32;
                if (symbol >= available / sizeof(ushort))
                {
                    throw elf.Bytes.Damaged($"a relocation refers to symbol {symbol}, which has no version");
                }

                var version = elf.Bytes.UInt16(versions + (symbol * sizeof(ushort)));
                if (symbol != 0 && (version & ~HiddenBit) == index)
                {
                    uses++;
                }
            }
        }

        return uses;
    }

    private static IEnumerable<(ulong Offset, ulong EntrySize, ulong Size)> RelocationTables(ElfSharedObject elf)
    {
        if (elf.Dynamic(ElfTag.RelocationsWithAddend) is { } withAddend)
        {
            ExpectEntrySize(elf, ElfTag.RelocationsWithAddendEntrySize, RelocationWithAddendSize);
            yield return Table(elf, withAddend, ElfTag.RelocationsWithAddendSize, RelocationWithAddendSize);
        }

        if (elf.Dynamic(ElfTag.Relocations) is { } plain)
        {
            ExpectEntrySize(elf, ElfTag.RelocationsEntrySize, RelocationSize);
            yield return Table(elf, plain, ElfTag.RelocationsSize, RelocationSize);
        }

        if (elf.Dynamic(ElfTag.PltRelocations) is { } plt)
        {
            var entrySize = elf.RequiredDynamic(ElfTag.PltRelocationKind) switch
            {
                (ulong)ElfTag.RelocationsWithAddend => RelocationWithAddendSize,
                (ulong)ElfTag.Relocations => RelocationSize,
                var kind => throw elf.Bytes.Damaged($"expected PLT relocations of kind 7 or 17, got {kind}"),
            };
            yield return Table(elf, plt, ElfTag.PltRelocationsSize, entrySize);
        }
    }

    private static (ulong Offset, ulong EntrySize, ulong Size) Table(ElfSharedObject elf, ulong address, ElfTag sizeTag, int entrySize)
    {
        var size = elf.RequiredDynamic(sizeTag);
        return size % (ulong)entrySize == 0
            ? (elf.OffsetOf(address, size), (ulong)entrySize, size)
            : throw elf.Bytes.Damaged($"expected relocations of {entrySize} bytes each, got {size} bytes");
    }

    private static void ExpectEntrySize(ElfSharedObject elf, ElfTag tag, int expected)
    {
        if (elf.RequiredDynamic(tag) is var size && size != (ulong)expected)
        {
            throw elf.Bytes.Damaged($"expected relocations of {expected} bytes each, got {size}");
        }
    }

    private static ulong Next(uint step, bool last, int entrySize, ElfBytes bytes) =>
        last || step >= entrySize
            ? step
            : throw bytes.Damaged($"expected a step of at least {entrySize} bytes to the next version, got {step}");

    private static void ExpectAtMost(int count, ElfBytes bytes)
    {
        if (count > MaxVersions)
        {
            throw bytes.Damaged($"it lists more than {MaxVersions} versions");
        }
    }
}
