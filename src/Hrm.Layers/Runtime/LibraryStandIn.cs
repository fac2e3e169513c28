using System.Runtime.InteropServices;

namespace Hrm.Layers;

/// <summary>
/// Makes a loaded library answer to the path of another one until disposed, so that whoever loads that path gets
/// this library. TorchSharp loads the application's libtorch by its path, and a second libtorch in one process ends it.
/// </summary>
/// <remarks>glibc compares a path first with the names of the loaded libraries, and opens the file only if none is equal.</remarks>
internal sealed unsafe class LibraryStandIn : IDisposable
{
    private readonly DynamicLoader.LinkMap* _record;
    private readonly byte* _ownName;

    private LibraryStandIn(DynamicLoader.LinkMap* record)
    {
        _record = record;
        _ownName = record->Name;
    }

    /// <summary>Puts the library in the place of the file at <paramref name="path"/>.</summary>
    /// <returns>Null where the loader did not take to it.</returns>
    public static LibraryStandIn? TryCreate(nint library, string path)
    {
        var record = DynamicLoader.RecordOf(library);
        if (record is null)
        {
            return null;
        }

        var standIn = new LibraryStandIn(record);

        // Never freed: another thread may be comparing it when the library's own name returns.
        record->Name = (byte*)Marshal.StringToCoTaskMemUTF8(path);
        if (DynamicLoader.IsLoaded(path))
        {
            return standIn;
        }

        standIn.Dispose();
        return null;
    }

    public void Dispose() => _record->Name = _ownName;
}
