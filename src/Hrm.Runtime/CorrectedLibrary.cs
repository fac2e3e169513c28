using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace Hrm.Runtime;

/// <summary>
/// TorchSharp's library with its one version entry relaxed, loaded from a copy that only this user can change. The copy is stored
/// in the user's cache, in one folder per original.
/// </summary>
/// <param name="original">The library as the package contains it.</param>
/// <param name="corrected">The same library with the entry relaxed.</param>
internal sealed class CorrectedLibrary(byte[] original, byte[] corrected)
{
    /// <summary>The environment variable that names the folder of the copy.</summary>
    public const string Variable = "HRM_CACHE";

    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Reads and corrects the library; null if this host can load it unchanged.</summary>
    /// <exception cref="TorchLoadException">It is damaged, or cannot be corrected.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CorrectedLibrary? Prepare(string path)
    {
        var library = File.ReadAllBytes(path);
        return VersionRelaxation.Apply(library, path, VersionRelaxation.IsOfferedByHost) is { } relaxed
            ? new CorrectedLibrary(library, relaxed)
            : null;
    }

    /// <summary>The cache folders to try, the best first, by the XDG Base Directory Specification.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    public static IEnumerable<string> Folders(Func<string, string?> environment)
    {
        if (environment(Variable) is { Length: > 0 } chosen)
        {
            return [Path.Combine(Path.GetFullPath(chosen), "native")];
        }

        // The specification says that relative paths are ignored.
        (string? Root, string Below)[] candidates = [(environment("XDG_CACHE_HOME"), "hrm"), (environment("HOME"), Path.Combine(".cache", "hrm"))];
        return candidates.Where(it => Path.IsPathFullyQualified(it.Root ?? string.Empty)).Select(it => Path.Combine(it.Root!, it.Below, "native"));
    }

    /// <summary>Loads the copy from the user's cache, or from a temporary folder if the cache cannot be used.</summary>
    /// <exception cref="TorchLoadException">No folder can be used.</exception>
    public nint Load() => Load(Folders(Environment.GetEnvironmentVariable), NativeLibrary.Load);

    /// <summary>Loads the copy from one of these folders, or from a temporary one.</summary>
    internal nint Load(IEnumerable<string> folders, Func<string, nint> load)
    {
        var reasons = new List<string>();
        foreach (var folder in folders)
        {
            if (TryLoad(folder, () => load(Store(folder)), reasons) is { } handle)
            {
                return handle;
            }
        }

        return TryLoad(Path.GetTempPath(), () => LoadFromTemporaryFolder(load), reasons) ?? throw new TorchLoadException(
            $"The copy of {TorchLibraries.TorchSharp} for this host's {VersionRelaxation.Library} could not be loaded. "
            + $"Set {Variable} to a folder with permission to write and execute files. If the host lacks another version too, use a newer "
            + $"Linux, or put a newer libstdc++ first in LD_LIBRARY_PATH. Tried: {string.Join("; ", reasons)}");
    }

    /// <summary>
    /// Makes sure that the folder has the whole copy, and returns its path. Many processes may do this at once: each writes a file
    /// of its own and renames it, and all of them write the same bytes.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written, or other users can write to it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    internal string Store(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("Windows needs no corrected library.");
        }

        var home = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(original)));
        CreatePrivate(folder);
        CreatePrivate(home);
        var path = Path.Combine(home, TorchLibraries.TorchSharp);
        if (!Holds(path))
        {
            Replace(path);
        }

        return path;
    }

    private static nint? TryLoad(string folder, Func<nint> load, List<string> reasons)
    {
        try
        {
            return load();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException)
        {
            reasons.Add($"{folder}: {e.Message}");
            return null;
        }
    }

    private nint LoadFromTemporaryFolder(Func<string, nint> load)
    {
        var folder = Directory.CreateTempSubdirectory("hrm-");
        try
        {
            return load(Store(folder.FullName));
        }
        finally
        {
            // A loaded library stays mapped without its file.
            folder.Delete(recursive: true);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void CreatePrivate(string path)
    {
        Directory.CreateDirectory(path, OwnerFolder);
        if ((File.GetUnixFileMode(path) & WritableByOthers) != 0)
        {
            throw new IOException($"{path} can be written by other users; a library is not loaded from there.");
        }
    }

    private bool Holds(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var found = new byte[corrected.Length];
        return stream.Length == found.Length
            && stream.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) == found.Length
            && found.AsSpan().SequenceEqual(corrected);
    }

    [UnsupportedOSPlatform("windows")]
    private void Replace(string path)
    {
        var beside = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerFile };
            using (var stream = new FileStream(beside, options))
            {
                stream.Write(corrected);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
