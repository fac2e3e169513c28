using System.Formats.Tar;
using Microsoft.Win32.SafeHandles;

namespace Hrm.Core;

/// <summary>A regular file opened for reading; all files from outside are opened by it. Safe from several threads.</summary>
/// <remarks>
/// The file is not mapped: reading a mapped page behind the end of a shortened file ends the process. Pipes and devices are
/// rejected without being opened, because opening or reading them could wait forever.
/// </remarks>
internal sealed class InputFile(string path, SafeFileHandle? handle) : IDisposable
{
    private const FileShare Share = FileShare.Read | FileShare.Delete;

    public string Path { get; } = path;

    /// <summary>The open file; null for an empty one.</summary>
    public SafeFileHandle? Handle { get; } = handle;

    /// <summary>The length when the file was opened; bytes appended later are not read.</summary>
    public long Length { get; } = handle is null ? 0 : RandomAccess.GetLength(handle);

    /// <summary>Opens a file.</summary>
    /// <exception cref="HrmFileException">The file is missing, not readable, not a regular file or too long.</exception>
    public static InputFile Open(string path, long maxBytes = long.MaxValue)
    {
        try
        {
            var file = new InputFile(System.IO.Path.GetFullPath(path), IsEmpty(path) ? null : File.OpenHandle(path, FileMode.Open, FileAccess.Read, Share));
            if (file.Length > maxBytes)
            {
                file.Dispose();
                throw new HrmFileException(path, $"expected at most {maxBytes} bytes, got {file.Length}");
            }

            return file;
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw HrmFileException.Unreadable(path, exception);
        }
    }

    /// <summary>Opens a file as a stream, for readers that wrap the system's exceptions.</summary>
    /// <exception cref="IOException">The file is missing, not readable or not a regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission is missing.</exception>
    public static Stream OpenStream(string path, int bufferSize = 1 << 12)
        => IsEmpty(path) ? Stream.Null : new FileStream(path, FileMode.Open, FileAccess.Read, Share, bufferSize);

    /// <summary>Fills <paramref name="destination"/> with the bytes that begin at <paramref name="offset"/>.</summary>
    /// <exception cref="HrmFileException">The file was shortened since it was opened, or cannot be read.</exception>
    public void CopyTo(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        try
        {
            while (!destination.IsEmpty)
            {
                var count = RandomAccess.Read(Handle!, destination, offset);
                if (count == 0)
                {
                    throw new HrmFileException(Path, $"was shortened while open: expected {Length} bytes, got {RandomAccess.GetLength(Handle!)}");
                }

                destination = destination[count..];
                offset += count;
            }
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw HrmFileException.Unreadable(Path, exception);
        }
    }

    public void Dispose() => Handle?.Dispose();

    /// <summary>Returns true if a file is empty. .NET reports the length 0 for every file that is not regular.</summary>
    /// <exception cref="IOException">The file is missing or not a regular file.</exception>
    private static bool IsEmpty(string path)
    {
        var target = new FileInfo(AtomicFile.PhysicalPath(path));
        // A link of /proc, /dev/stdin for example, may lead to a pipe that has no path.
        var isRegular = target.Exists ? target.Length > 0 || OperatingSystem.IsWindows() || IsRegular(target.FullName) : !File.Exists(path);
        return isRegular ? target.Length == 0 : throw new IOException("expected a regular file, got a device or a pipe");
    }

    /// <summary>Returns true if an empty file is a regular one, which .NET reports only as the type of an archive's entry.</summary>
    private static bool IsRegular(string path)
    {
        const int TypeOffset = 156;
        var archive = new byte[1 << 12];
        try
        {
            using var writer = new TarWriter(new MemoryStream(archive), TarEntryFormat.Gnu);
            writer.WriteEntry(path, "-");
            return archive[TypeOffset] == (byte)TarEntryType.RegularFile;
        }
        catch (NotSupportedException)
        {
            // Only the content of a regular file, written since, exceeds the buffer.
            return true;
        }
    }
}

/// <summary>Passes a resource to its owner, and disposes it if the owner cannot be created.</summary>
internal static class ResourceOwner
{
    /// <summary>Gives a resource to an owner that is made from it; if that fails, the resource is disposed.</summary>
    public static TOwner GiveTo<TResource, TOwner>(this TResource resource, Func<TResource, TOwner> create)
        where TResource : IDisposable
    {
        try
        {
            return create(resource);
        }
        catch
        {
            resource.Dispose();
            throw;
        }
    }
}
