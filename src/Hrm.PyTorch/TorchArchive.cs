using System.IO.Compression;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace Hrm.PyTorch;

/// <summary>
/// The zip archive of a torch.save file: stored entries below one folder. <see cref="ZipArchive"/> checks little, so that names,
/// sizes and checksums are checked here. Not safe for several threads.
/// </summary>
internal sealed class TorchArchive : IDisposable
{
    public const string DataFolder = "data/";

    private const int MaxEntries = 20_000;
    private const int MaxNameLength = 512;

    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);

    private TorchArchive(string path, BoundedStream stream)
    {
        Path = path;
        Length = stream.Length;
        _zip = new ZipArchive(stream);
        var entries = _zip.Entries;
        stream.IsBounded = false;
        if (entries.Count > MaxEntries || entries.Any(entry => entry.Length < 0) || entries.Sum(entry => (decimal)entry.Length) > Length)
        {
            throw new InvalidDataException($"expected at most {MaxEntries} entries, together no longer than the file's {Length} bytes, got {entries.Count} or longer ones");
        }

        var folder = entries.Count == 0 ? string.Empty : entries[0].FullName.Split('/')[0] + "/";
        foreach (var entry in entries)
        {
            RequirePlain(entry, folder);
            if (!_entries.TryAdd(entry.FullName[folder.Length..], entry))
            {
                throw new InvalidDataException($"{Quote.Text(entry.FullName)}: expected each name once, got it twice");
            }
        }
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>Opens an archive and checks its directory.</summary>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    /// <exception cref="HrmFormatException">The file is not such an archive.</exception>
    public static TorchArchive Open(string path)
    {
        var file = InputFile.Open(path, SafetensorsFile.MaxFileBytes);
        try
        {
            return Guard(file.Path, () => file.Handle is { } handle
                ? new TorchArchive(file.Path, new BoundedStream(handle))
                : throw new InvalidDataException("expected an archive, got an empty file"));
        }
        catch (HrmFormatException) when (ForeignFile.Describe(file, ForeignFile.TorchSave) is { } problem)
        {
            file.Dispose();
            throw new HrmFormatException(problem, file.Path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Returns the bytes of an entry, or null if there is none of this name below the folder.</summary>
    public long? LengthOf(string name) => _entries.GetValueOrDefault(name)?.Length;

    /// <summary>Returns all bytes of a small entry, or null if there is none of this name below the folder.</summary>
    public byte[]? TryRead(string name, int maxBytes)
    {
        if (LengthOf(name) is not { } length)
        {
            return null;
        }

        if (length > maxBytes)
        {
            throw new HrmFormatException($"zip: {Quote.Text(name)}: expected at most {maxBytes} bytes, got {length}", Path);
        }

        var bytes = new byte[(int)length];
        Read(name, read => read(bytes));
        return bytes;
    }

    /// <summary>Reads an entry in order.</summary>
    /// <param name="name">The name below the folder.</param>
    /// <param name="fill">Gets a function that fills a span with the next bytes, and must read all.</param>
    /// <exception cref="HrmFormatException">The bytes do not have the CRC-32 of the directory.</exception>
    public void Read(string name, Action<ReadBytes> fill) => Guard(Path, () =>
    {
        var entry = _entries[name];
        var crc = new Crc32();
        using var stream = entry.Open();
        fill(bytes =>
        {
            stream.ReadExactly(bytes);
            crc.Append(bytes);
        });
        return crc.GetCurrentHashAsUInt32() is var actual && actual == entry.Crc32
            ? actual
            : throw new InvalidDataException($"{Quote.Text(name)}: expected the CRC-32 {entry.Crc32:x8}, got {actual:x8}: the data are damaged");
    });

    public void Dispose() => _zip.Dispose();

    /// <summary>Fills a span with the next bytes.</summary>
    public delegate void ReadBytes(Span<byte> destination);

    private static void RequirePlain(ZipArchiveEntry entry, string folder)
    {
        var name = entry.FullName;
        var isPlain = name.Length is > 1 and <= MaxNameLength
            && name.Split('/') is { Length: > 1 } parts && parts.All(part => part is not ("" or "." or ".."))
            && !name.Any(character => character is '\\' or ':' || char.IsControl(character));
        if (!isPlain || !name.StartsWith(folder, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"expected plain names of at most {MaxNameLength} characters below the folder {Quote.Text(folder)}, got {Quote.Text(name)}");
        }

        if (entry.IsEncrypted || entry.CompressedLength != entry.Length)
        {
            throw new InvalidDataException($"{Quote.Text(name)}: expected an entry that is stored, as torch.save writes them, got a compressed or encrypted one");
        }
    }

    private static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException or EndOfStreamException or ArgumentException)
        {
            throw new HrmFormatException($"zip: {Quote.Shorten(exception.Message, 400)}", path, innerException: exception);
        }
    }

    /// <summary>Stops <see cref="ZipArchive"/>, which reads a directory of any size.</summary>
    private sealed class BoundedStream(SafeFileHandle handle) : FileStream(handle, FileAccess.Read, bufferSize: 0)
    {
        private const int MaxDirectoryBytes = 8_000_000;

        private int _read;

        /// <summary>True while the directory is read.</summary>
        public bool IsBounded { get; set; } = true;

        /// <summary>Every other way of reading leads here, in a derived class.</summary>
        public override int Read(byte[] buffer, int offset, int count)
        {
            var bytes = base.Read(buffer, offset, count);
            return !IsBounded || (_read += bytes) <= MaxDirectoryBytes
                ? bytes
                : throw new InvalidDataException($"expected a directory of at most {MaxDirectoryBytes} bytes, got more");
        }
    }
}
