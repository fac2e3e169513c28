using System.Runtime.InteropServices;

namespace Hrm.Layers;

/// <summary>TorchSharp's library with its one version entry relaxed, ready to be loaded from a private copy.</summary>
/// <param name="original">The library as the package brings it.</param>
/// <param name="corrected">The same with the entry relaxed.</param>
internal sealed class CorrectedLibrary(byte[] original, byte[] corrected)
{
    /// <summary>Reads and corrects the library; null where this host can load it as it is.</summary>
    /// <exception cref="TorchLoadException">It cannot be read, or cannot be corrected.</exception>
    /// <exception cref="ElfFormatException">It is damaged.</exception>
    public static CorrectedLibrary? Prepare(string path)
    {
        var library = NativeFile.Read(path);
        return VersionRelaxation.Apply(library, path, HostLibstdcpp.Versions) is { } relaxed
            ? new CorrectedLibrary(library, relaxed)
            : null;
    }

    /// <summary>Loads it from the user's cache, or from a folder of its own where the cache does not serve.</summary>
    /// <exception cref="TorchLoadException">No folder serves.</exception>
    public nint Load() => Load(CacheFolders.Candidates(Environment.GetEnvironmentVariable), NativeLibrary.Load);

    /// <summary>The same, in given folders and with a given way to load a path.</summary>
    internal nint Load(IEnumerable<string> folders, Func<string, nint> load)
    {
        var reasons = new List<string>();
        foreach (var folder in folders)
        {
            try
            {
                return load(new PrivateCache(folder).Store(original, corrected, TorchLibraries.TorchSharp));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException)
            {
                reasons.Add($"{folder}: {e.Message}");
            }
        }

        return LoadFromTemporaryFolder(load, reasons);
    }

    private nint LoadFromTemporaryFolder(Func<string, nint> load, List<string> reasons)
    {
        try
        {
            var folder = Directory.CreateTempSubdirectory("hrm-");
            try
            {
                return load(new PrivateCache(folder.FullName).Store(original, corrected, TorchLibraries.TorchSharp));
            }
            finally
            {
                // What is loaded stays mapped without its file.
                folder.Delete(recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException)
        {
            reasons.Add($"{Path.GetTempPath()}: {e.Message}");
            throw new TorchLoadException(
                $"The copy of {TorchLibraries.TorchSharp} that suits this host's {VersionRelaxation.Library} could not be loaded. "
                + $"Set {CacheFolders.Variable} to a folder that can be written and executed from. Tried: {string.Join("; ", reasons)}",
                e);
        }
    }
}
