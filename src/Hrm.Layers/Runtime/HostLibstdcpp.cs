using System.Runtime.InteropServices;

namespace Hrm.Layers;

/// <summary>The C++ standard library that this process uses.</summary>
internal static class HostLibstdcpp
{
    /// <summary>The symbol versions that it offers.</summary>
    /// <exception cref="TorchLoadException">There is none, or its file cannot be read.</exception>
    public static IReadOnlySet<string> Versions()
    {
        // The runtime itself is written in C++, so the library is normally in the process already.
        var path = LoadedLibraries.PathOf(VersionRelaxation.Library);
        if (path is null && NativeLibrary.TryLoad(VersionRelaxation.Library, out _))
        {
            path = LoadedLibraries.PathOf(VersionRelaxation.Library);
        }

        if (path is null)
        {
            throw new TorchLoadException($"The host has no {VersionRelaxation.Library}: install it (package libstdc++6, or libstdc++).");
        }

        return ElfSymbolVersions.Definitions(new ElfSharedObject(NativeFile.Read(path), path));
    }
}
