using System.Buffers.Binary;

namespace Hrm.Layers;

/// <summary>
/// Lets <c>libLibTorchSharp.so</c> load where libstdc++ is older than the compiler that built it. The library asks
/// for one symbol version of which it uses no symbol; marked weak, the dynamic loader goes on without it.
/// </summary>
internal static class VersionRelaxation
{
    /// <summary>
    /// The only version that may be relaxed. Its one symbol, <c>std::ios_base_library_init</c>, is a mark that
    /// the compiler leaves behind in each object that includes <c>&lt;iostream&gt;</c>.
    /// </summary>
    public const string Version = "GLIBCXX_3.4.32";

    /// <summary>The library that is asked for <see cref="Version"/>.</summary>
    public const string Library = "libstdc++.so.6";

    // VER_FLG_WEAK of <elf.h>.
    private const ushort Weak = 2;

    /// <summary>Returns the corrected library, or null where the host needs no correction.</summary>
    /// <param name="library">The whole file; it is not changed.</param>
    /// <param name="file">Its path, for messages.</param>
    /// <param name="hostVersions">The versions that the host's libstdc++ offers; asked only if they matter.</param>
    /// <exception cref="ElfFormatException">The file is no shared object, or damaged.</exception>
    /// <exception cref="TorchLoadException">The host is too old for this correction to help.</exception>
    public static byte[]? Apply(byte[] library, string file, Func<IReadOnlySet<string>> hostVersions)
    {
        var elf = new ElfSharedObject(library, file);
        var needs = ElfSymbolVersions.Needs(elf).Where(need => need.File == Library && (need.Flags & Weak) == 0).ToList();
        var candidates = needs.Where(need => need.Version == Version).ToList();
        if (candidates.Count == 0)
        {
            return null;
        }

        var offered = hostVersions();
        if (offered.Contains(Version))
        {
            return null;
        }

        var missing = needs.Select(need => need.Version).Where(version => version != Version && !offered.Contains(version)).ToList();
        if (missing.Count > 0)
        {
            throw new TorchLoadException(
                $"{file} needs {string.Join(", ", missing)} of the host's {Library}, which does not offer it. "
                + "Use a newer Linux (Debian 12, Ubuntu 22.04 and RHEL 9 are known to do), or put a newer libstdc++ first in LD_LIBRARY_PATH.");
        }

        var corrected = (byte[])library.Clone();
        foreach (var need in candidates)
        {
            var uses = ElfSymbolVersions.RelocationsUsing(elf, need.Index);
            if (uses > 0)
            {
                throw new TorchLoadException(
                    $"{file} uses {uses} symbol(s) of {Version}, which the host's {Library} does not offer. "
                    + "Use a newer Linux or an older TorchSharp, or put a newer libstdc++ first in LD_LIBRARY_PATH.");
            }

            BinaryPrimitives.WriteUInt16LittleEndian(corrected.AsSpan(need.FlagsOffset), (ushort)(need.Flags | Weak));
        }

        return corrected;
    }
}
