using System.Runtime.InteropServices;

namespace Hrm.Runtime;

/// <summary>
/// Makes a loaded library answer to the path of another one until disposed: loading that path then gives this library. TorchSharp
/// loads the application's libtorch by its path, and a second libtorch ends the process.
/// </summary>
/// <remarks>glibc first compares a path with the names of the loaded libraries, and opens the file only if none is equal.</remarks>
internal sealed unsafe class LibraryStandIn : IDisposable
{
    private readonly LoadedLibraries.LinkMap* _record;
    private readonly byte* _ownName;

    private LibraryStandIn(LoadedLibraries.LinkMap* record)
    {
        _record = record;
        _ownName = record->Name;
    }

    /// <summary>Gives the library the path of another file.</summary>
    /// <returns>Null if the loader does not accept it.</returns>
    public static LibraryStandIn? TryCreate(nint library, string path)
    {
        var record = LoadedLibraries.RecordOf(library);
        if (record is null)
        {
            return null;
        }

        var standIn = new LibraryStandIn(record);

        // Never freed: another thread may be comparing it when the library's own name returns.
        record->Name = (byte*)Marshal.StringToCoTaskMemUTF8(path);
        if (LoadedLibraries.IsLoaded(path))
        {
            return standIn;
        }

        standIn.Dispose();
        return null;
    }

    public void Dispose() => _record->Name = _ownName;
}
