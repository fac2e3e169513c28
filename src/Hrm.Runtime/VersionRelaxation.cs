using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Hrm.Runtime;

/// <summary>
/// Lets <c>libLibTorchSharp.so</c> load with a libstdc++ that is older than the compiler that built it. The library requires one
/// symbol version of which it uses no symbol; if that entry is marked weak, the dynamic loader continues without it.
/// <see cref="CorrectedLibrary"/> lets the loader find every symbol at once, so a library that uses one of that version does not load.
/// </summary>
internal static class VersionRelaxation
{
    /// <summary>The only version that may be relaxed.</summary>
    public const string Version = "GLIBCXX_3.4.32";

    /// <summary>The library that offers <see cref="Version"/>.</summary>
    public const string Library = "libstdc++.so.6";

    /// <summary>
    /// The one symbol of that version, <c>std::ios_base_library_init()</c>: a mark that the compiler leaves in each object that
    /// includes <c>&lt;iostream&gt;</c>.
    /// </summary>
    private const string Symbol = "_ZSt21ios_base_library_initv";

    /// <summary>VER_FLG_WEAK of <c>&lt;elf.h&gt;</c>.</summary>
    private const ushort Weak = 2;

    /// <summary>Returns the corrected library, or null if the host needs no correction.</summary>
    /// <param name="library">The whole file; it is not changed.</param>
    /// <param name="file">Its path, for messages.</param>
    /// <param name="isOfferedByHost">Whether the host's libstdc++ offers <see cref="Version"/>; called only if it matters.</param>
    /// <exception cref="TorchLoadException">The file is damaged.</exception>
    public static byte[]? Apply(byte[] library, string file, Func<bool> isOfferedByHost)
    {
        var elf = new ElfSharedObject(library, file);
        var needs = elf.Needs().Where(need => need.File == Library && need.Version == Version && (need.Flags & Weak) == 0).ToList();
        if (needs.Count == 0 || isOfferedByHost())
        {
            return null;
        }

        var corrected = (byte[])library.Clone();
        foreach (var need in needs)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(corrected.AsSpan(need.FlagsOffset), (ushort)(need.Flags | Weak));
        }

        return corrected;
    }

    /// <summary>Whether the C++ standard library of this process offers <see cref="Version"/>.</summary>
    /// <exception cref="TorchLoadException">The host has no such library.</exception>
    public static bool IsOfferedByHost()
        => NativeLibrary.TryLoad(Library, out var library)
            ? LoadedLibraries.Offers(library, Symbol, Version)
            : throw new TorchLoadException($"The host has no {Library}: install it (package libstdc++6, or libstdc++).");
}
