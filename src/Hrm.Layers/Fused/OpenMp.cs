using System.Runtime.InteropServices;
using Hrm.Runtime;

namespace Hrm.Layers;

/// <summary>The entry into the OpenMP threads of the libtorch that is loaded.</summary>
internal static unsafe class OpenMp
{
    private static readonly nint ParallelEntry = Find();

    /// <summary>Whether it was found: on Linux, where libtorch's OpenMP speaks GNU's interface.</summary>
    public static bool IsAvailable => ParallelEntry != 0;

    /// <summary>Calls <paramref name="body"/> once on each of <paramref name="threads"/> threads, the caller's among them.</summary>
    public static void Run(delegate* unmanaged<void*, void> body, void* argument, int threads)
        => ((delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void>)ParallelEntry)(body, argument, (uint)threads, 0);

    /// <summary>
    /// Asked of libtorch's own handle, which also searches what libtorch was linked with: a process may hold a second
    /// OpenMP library, whose threads would be others.
    /// </summary>
    private static nint Find()
        => OperatingSystem.IsLinux()
        && LoadedLibraries.PathOf(TorchLibraries.Main) is { } path
        && NativeLibrary.TryLoad(path, out var library)
        && NativeLibrary.TryGetExport(library, "GOMP_parallel", out var entry)
            ? entry
            : 0;
}
