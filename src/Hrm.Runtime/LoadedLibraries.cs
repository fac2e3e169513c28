using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hrm.Runtime;

/// <summary>The native libraries of this process.</summary>
internal static unsafe partial class LoadedLibraries
{
    // glibc 2.34 moved the functions of the loader here from libdl.so.2, and TorchSharp's library needs that version.
    private const string Glibc = "libc.so.6";
    private const int Lazy = 1;
    private const int Now = 2;
    private const int NoLoad = 4;
    private const int LinkMapRequest = 2;

    /// <summary>libtorch, loaded now if it is not yet. A process has hundreds of mapped files, so they are listed once.</summary>
    private static readonly Lazy<nint> Libtorch = new(FindLibtorch);

    /// <summary>
    /// The path of the library with this name, or with this name and a longer version (<c>libstdc++.so.6.0.30</c> for
    /// <c>libstdc++.so.6</c>); null if it is not loaded. Linux appends "(deleted)" to the path of a deleted file.
    /// </summary>
    public static string? PathOf(string fileName)
    {
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>()
            .Select(module => module.FileName)
            .FirstOrDefault(path => IsVersionOf(fileName, Path.GetFileName(path)));
    }

    /// <summary>
    /// The address of a function of libtorch, or of a library that it was linked with; 0 if there is none. Linux only. Loads libtorch.
    /// </summary>
    /// <exception cref="TorchLoadException">libtorch cannot be loaded.</exception>
    public static nint FunctionOfLibtorch(string name)
        => Libtorch.Value != 0 && NativeLibrary.TryGetExport(Libtorch.Value, name, out var entry) ? entry : 0;

    /// <summary>Whether the file is in the process already, so that loading this path would load nothing. Linux only.</summary>
    public static bool IsLoaded(string path) => Open(path, Lazy | NoLoad) != 0;

    /// <summary>Loads a library and finds all its symbols at once; otherwise a missing one would end the process at its first call. Linux only.</summary>
    /// <exception cref="DllNotFoundException">The library, or a symbol that it uses, cannot be loaded.</exception>
    public static nint LoadBound(string path)
    {
        _ = Error(); // Resolved now: that clears the error.
        return Open(path, Now) is not 0 and var library ? library : throw new DllNotFoundException(Marshal.PtrToStringUTF8(Error()));
    }

    /// <summary>The loader's record of a library (<c>struct link_map</c>), or null. Linux only.</summary>
    public static LinkMap* RecordOf(nint library)
    {
        LinkMap* record;
        return Info(library, LinkMapRequest, &record) == 0 ? record : null;
    }

    /// <summary>Whether a library offers this version of a symbol. Linux only.</summary>
    public static bool Offers(nint library, string symbol, string version) => Find(library, symbol, version) != 0;

    private static nint FindLibtorch()
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        TorchRuntime.EnsureLoaded();
        return PathOf(TorchLibraries.Main) is { } path && NativeLibrary.TryLoad(path, out var library) ? library : 0;
    }

    private static bool IsVersionOf(string fileName, string loaded)
        => loaded.StartsWith(fileName, StringComparison.Ordinal)
        && (loaded.Length == fileName.Length || loaded[fileName.Length] is '.' or ' ');

    [LibraryImport(Glibc, EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);

    [LibraryImport(Glibc, EntryPoint = "dlerror")]
    private static partial nint Error();

    [LibraryImport(Glibc, EntryPoint = "dlinfo")]
    private static partial int Info(nint library, int request, LinkMap** record);

    [LibraryImport(Glibc, EntryPoint = "dlvsym", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Find(nint library, string symbol, string version);

    /// <summary>The beginning of glibc's public <c>struct link_map</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct LinkMap
    {
        public nint Address;
        public byte* Name;
    }
}
