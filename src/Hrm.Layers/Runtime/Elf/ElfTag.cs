namespace Hrm.Layers;

/// <summary>The entries of a dynamic section (<c>DT_*</c>) that symbol versions and relocations need.</summary>
internal enum ElfTag : ulong
{
    End = 0,
    PltRelocationsSize = 2,
    StringTable = 5,
    SymbolTable = 6,
    RelocationsWithAddend = 7,
    RelocationsWithAddendSize = 8,
    RelocationsWithAddendEntrySize = 9,
    StringTableSize = 10,
    Relocations = 17,
    RelocationsSize = 18,
    RelocationsEntrySize = 19,
    PltRelocationKind = 20,
    PltRelocations = 23,
    SymbolVersions = 0x6ffffff0,
    VersionDefinitions = 0x6ffffffc,
    VersionDefinitionCount = 0x6ffffffd,
    VersionNeeds = 0x6ffffffe,
    VersionNeedCount = 0x6fffffff,
}
