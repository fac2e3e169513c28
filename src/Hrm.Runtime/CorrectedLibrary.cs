using System.Runtime.Versioning;

namespace Hrm.Runtime;

/// <summary>TorchSharp's library with its one version entry relaxed, loaded from a private copy that is deleted after the load.</summary>
internal static class CorrectedLibrary
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    /// <summary>Loads a copy in the temporary folder, or in the user's home if the temporary folder cannot be used.</summary>
    /// <exception cref="TorchLoadException">Neither folder can be used, or a symbol is undefined.</exception>
    public static nint Load(byte[] content)
        => Load(content, [Path.GetTempPath(), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)], LoadedLibraries.LoadBound);

    /// <summary>Loads a copy in the first of these folders that allows it.</summary>
    internal static nint Load(byte[] content, IEnumerable<string> folders, Func<string, nint> load)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("Windows needs no corrected library.");
        }

        var reasons = new List<string>();
        foreach (var folder in folders.Where(Path.IsPathFullyQualified))
        {
            try
            {
                return LoadCopyIn(folder, content, load);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException)
            {
                RequireSymbols(e);
                reasons.Add($"{folder}: {e.Message}");
            }
        }

        throw new TorchLoadException(
            $"The copy of {TorchLibraries.TorchSharp} for this host's {VersionRelaxation.Library} could not be loaded. "
            + "Set TMPDIR to a folder with permission to write and execute files. If the host lacks another version too, use a newer "
            + $"Linux, or put a newer libstdc++ first in LD_LIBRARY_PATH. Tried: {string.Join("; ", reasons)}");
    }

    /// <summary>Throws if a symbol is undefined, which is the same in every folder.</summary>
    private static void RequireSymbols(Exception failure)
    {
        if (failure.Message.Contains("undefined symbol", StringComparison.Ordinal))
        {
            throw new TorchLoadException(
                $"{failure.Message}. The loaded libtorch or another library of the host does not fit {TorchLibraries.TorchSharp}: "
                + "use the libtorch that this version of TorchSharp needs.",
                failure);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static nint LoadCopyIn(string folder, byte[] content, Func<string, nint> load)
    {
        var home = Directory.CreateDirectory(Path.Combine(folder, $".hrm-{Path.GetRandomFileName()}"), OwnerFolder);
        try
        {
            var path = Path.Combine(home.FullName, TorchLibraries.TorchSharp);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerFile };
            using (var stream = new FileStream(path, options))
            {
                stream.Write(content);
            }

            return load(path);
        }
        finally
        {
            // A loaded library stays mapped without its file.
            Delete(home);
        }
    }

    /// <summary>Deletes the copy if possible: on a network file system an open file leaves another one behind.</summary>
    private static void Delete(DirectoryInfo home)
    {
        try
        {
            home.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
