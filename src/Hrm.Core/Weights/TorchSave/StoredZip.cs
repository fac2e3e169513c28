using System.Collections.Concurrent;
using System.IO.Hashing;

namespace Hrm.Core;

/// <summary>
/// A zip archive of stored entries. Opening it reads the directory only; data are checked against their
/// CRC-32 before any of them is handed out.
/// </summary>
/// <remarks>
/// Not <c>System.IO.Compression.ZipArchive</c>: that one is not made for several threads, and does not seek within an entry.
/// </remarks>
internal sealed class StoredZip : IDisposable
{
    /// <summary>How much is hashed at a time.</summary>
    private const int PieceBytes = 1 << 20;

    private readonly InputFile _file;
    private readonly Dictionary<string, StoredZipEntry> _entries;
    private readonly ConcurrentDictionary<string, bool> _verified = new(StringComparer.Ordinal);

    private StoredZip(InputFile file)
    {
        _file = file;
        _entries = ZipDirectory.Read(file);
    }

    public string Path => _file.Path;

    public long Length => _file.Length;

    public static StoredZip Open(string path)
    {
        var file = InputFile.Open(path, WeightsFolder.MaxFileBytes);
        try
        {
            return new StoredZip(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The entry of a name below the archive's folder, or null.</summary>
    public StoredZipEntry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>All bytes of a small entry.</summary>
    public byte[] ReadAll(StoredZipEntry entry, int maxBytes)
    {
        if (entry.Length > maxBytes)
        {
            throw new WeightsFormatException(Path, $"zip: {Quote.Text(entry.Name)}: expected at most {maxBytes} bytes, got {entry.Length}");
        }

        RequireIntact(entry);
        var bytes = new byte[entry.Length];
        CopyTo(entry, 0, bytes);
        return bytes;
    }

    /// <summary>Copies a part of an entry; call <see cref="RequireIntact"/> first.</summary>
    public void CopyTo(StoredZipEntry entry, long start, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, entry.Length - destination.Length);
        _file.CopyTo(entry.Start + start, destination);
    }

    /// <summary>Throws unless an entry's bytes have the CRC-32 of the directory; each entry is hashed once.</summary>
    public void RequireIntact(StoredZipEntry entry)
    {
        if (_verified.ContainsKey(entry.Name))
        {
            return;
        }

        var crc = new Crc32();
        var piece = new byte[Math.Min(PieceBytes, entry.Length)];
        for (long start = 0; start < entry.Length; start += PieceBytes)
        {
            var bytes = piece.AsSpan(0, (int)Math.Min(PieceBytes, entry.Length - start));
            _file.CopyTo(entry.Start + start, bytes);
            crc.Append(bytes);
        }

        var actual = crc.GetCurrentHashAsUInt32();
        if (actual != entry.Crc)
        {
            throw new WeightsFormatException(Path, $"zip: {Quote.Text(entry.Name)}: expected the CRC-32 {entry.Crc:x8}, got {actual:x8}: the data are damaged");
        }

        _verified.TryAdd(entry.Name, true);
    }

    public void Dispose() => _file.Dispose();
}
