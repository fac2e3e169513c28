using System.Runtime.InteropServices;

namespace Hrm.Layers;

/// <summary>The functions of glibc's dynamic loader that .NET does not offer.</summary>
internal static unsafe partial class DynamicLoader
{
    // glibc 2.34 moved them from libdl.so.2, and TorchSharp's library needs that version.
    private const string Library = "libc.so.6";
    private const int Lazy = 1;
    private const int NoLoad = 4;
    private const int LinkMapRequest = 2;

    /// <summary>Whether the file is in the process already, so that loading this path would load nothing.</summary>
    public static bool IsLoaded(string path) => Open(path, Lazy | NoLoad) != 0;

    /// <summary>The loader's record of a library (<c>struct link_map</c>).</summary>
    public static LinkMap* RecordOf(nint library)
    {
        LinkMap* record;
        return Info(library, LinkMapRequest, &record) == 0 ? record : null;
    }

    [LibraryImport(Library, EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "dlinfo")]
    private static partial int Info(nint library, int request, LinkMap** record);

    /// <summary>The beginning of glibc's public <c>struct link_map</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct LinkMap
    {
        public nint Address;
        public byte* Name;
    }
}
