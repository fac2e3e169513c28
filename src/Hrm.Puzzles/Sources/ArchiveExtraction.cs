using System.Globalization;
using System.IO.Compression;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Unpacks a zip archive that may be hostile. It writes plain files and folders below the target alone; what it may cost is bounded by the
/// bytes that are read and written, whatever sizes the archive states. The target appears whole or not at all.
/// </summary>
/// <param name="origin">What errors name.</param>
/// <param name="maximumEntries">The most files and folders.</param>
/// <param name="maximumBytes">The most bytes of all files together.</param>
internal sealed class ArchiveExtraction(string origin, int maximumEntries, long maximumBytes)
{
    private const int BlockBytes = 1 << 16;

    // An entry of the archive's directory takes 46 bytes, its name and some extra fields; the end of the archive up to 64 KiB of comment.
    private const int DirectoryBytesPerEntry = 512;
    private const int DirectoryEndBytes = 1 << 18;

    private long _bytesLeft;

    /// <summary>Unpacks an archive. Only one caller may use a target at a time.</summary>
    /// <param name="archivePath">The archive.</param>
    /// <param name="folder">The target; must not exist. What an earlier, killed extraction left beside it is removed.</param>
    /// <param name="cancellationToken">Stops it; nothing is left.</param>
    /// <exception cref="SourceException">No zip archive, a damaged or hostile one, or one beyond the limits.</exception>
    /// <exception cref="HrmFileException">A file cannot be read or written.</exception>
    public void Extract(string archivePath, string folder, CancellationToken cancellationToken = default)
    {
        var unfinished = $"{folder}.unpacking";
        _bytesLeft = maximumBytes;
        try
        {
            Delete(unfinished);
            Directory.CreateDirectory(unfinished);
            Unpack(archivePath, unfinished, cancellationToken);
            Directory.Move(unfinished, folder);
        }
        catch (InvalidDataException e)
        {
            throw Fault($"expected a zip archive, got one that cannot be read: {e.Message}", e);
        }
        catch (Exception e) when (HrmFileException.IsFileError(e))
        {
            throw new HrmFileException(folder, "could not be written", e);
        }
        finally
        {
            DeleteQuietly(unfinished);
        }
    }

    /// <summary>Deletes a folder with all that is in it, if it is there.</summary>
    public static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Unpack(string archivePath, string folder, CancellationToken cancellationToken)
    {
        using var file = new FileStream(archivePath, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        // The reader holds the whole directory in memory, and its stated length proves nothing.
        using var bounded = new MeteredStream(file, DirectoryEndBytes + ((long)maximumEntries * DirectoryBytesPerEntry), () => TooManyEntries());
        using var archive = new ZipArchive(bounded, ZipArchiveMode.Read);
        var entries = archive.Entries;
        bounded.Unmeter();
        var layout = new ArchiveLayout(origin, maximumEntries, TooManyEntries);
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (layout.Add(entry))
            {
                var path = Path.Combine(folder, entry.FullName);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                Write(entry, path, cancellationToken);
            }
            else
            {
                Directory.CreateDirectory(Path.Combine(folder, entry.FullName));
            }
        }
    }

    private void Write(ZipArchiveEntry entry, string path, CancellationToken cancellationToken)
    {
        using var content = entry.Open();
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[BlockBytes];
        var checksum = new Crc32();
        for (int read; (read = content.Read(block)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _bytesLeft -= read;
            if (_bytesLeft < 0)
            {
                throw Fault(string.Create(CultureInfo.InvariantCulture, $"expected an archive of at most {maximumBytes} bytes unpacked, got more"));
            }

            checksum.Append(block.AsSpan(0, read));
            file.Write(block, 0, read);
        }

        if (file.Length != entry.Length || checksum.Value != entry.Crc32)
        {
            throw Fault(string.Create(CultureInfo.InvariantCulture,
                $"{Quote.Text(entry.FullName)}: expected {entry.Length} bytes with the checksum {entry.Crc32:x8}, got {file.Length} with {checksum.Value:x8}"));
        }

        file.Flush(flushToDisk: true);
    }

    private SourceException TooManyEntries() =>
        Fault(string.Create(CultureInfo.InvariantCulture, $"expected an archive of at most {maximumEntries} files and folders, got more"));

    private SourceException Fault(string problem, Exception? cause = null) => new(origin, problem, cause);

    private static void DeleteQuietly(string folder)
    {
        try
        {
            Delete(folder);
        }
        catch (Exception e) when (HrmFileException.IsFileError(e))
        {
            // The failure that led here is the one to report; the next extraction removes what is left.
        }
    }
}
