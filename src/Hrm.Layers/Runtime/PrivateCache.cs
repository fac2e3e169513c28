using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace Hrm.Layers;

/// <summary>
/// Keeps the corrected library where only this user can change it, one folder for each original. Many processes
/// may come at once: each writes its own file and renames it into place, and they all write the same bytes.
/// </summary>
internal sealed class PrivateCache(string folder)
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Makes sure that the corrected library is there, whole, and returns its path.</summary>
    /// <param name="original">What was corrected; its SHA-256 names the folder.</param>
    /// <param name="corrected">What the file must hold.</param>
    /// <param name="fileName">The name of the file.</param>
    /// <exception cref="IOException">The folder cannot be written, or others can write to it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public string Store(byte[] original, byte[] corrected, string fileName)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("Windows needs no corrected library.");
        }

        var home = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(original)));
        CreatePrivate(folder);
        CreatePrivate(home);
        var path = Path.Combine(home, fileName);
        if (!Holds(path, corrected))
        {
            Replace(path, corrected);
        }

        return path;
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

    private static bool Holds(string path, byte[] expected)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length != expected.Length)
        {
            return false;
        }

        var found = new byte[expected.Length];
        return stream.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) == found.Length && found.AsSpan().SequenceEqual(expected);
    }

    [UnsupportedOSPlatform("windows")]
    private static void Replace(string path, byte[] content)
    {
        var beside = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerFile };
            using (var stream = new FileStream(beside, options))
            {
                stream.Write(content);
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
