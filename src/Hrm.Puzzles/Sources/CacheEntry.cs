using System.Security.Cryptography;
using System.Text;

namespace Hrm.Puzzles;

/// <summary>
/// The paths that belong to an address. The name is a digest of the address and, to be recognised, its last segment, of which only
/// letters, digits and a few signs are kept: nothing that a server or an address says leads out of the cache.
/// </summary>
internal sealed class CacheEntry
{
    private const string ArchiveExtension = ".zip";
    private const int DigestDigits = 32;
    private const int NameCharacters = 80;

    public CacheEntry(string folder, Uri address)
    {
        Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.AbsoluteUri)));
        var name = $"{Digest[..DigestDigits]}-{Readable(address)}";
        FilePath = Path.Combine(folder, name);
        IsArchive = name.EndsWith(ArchiveExtension, StringComparison.OrdinalIgnoreCase);
        ContentPath = IsArchive ? FilePath[..^ArchiveExtension.Length] : FilePath;
    }

    /// <summary>SHA-256 of the address. Stands in the cache in place of the address, whose query may hold a secret.</summary>
    public string Digest { get; }

    /// <summary>The file that is downloaded.</summary>
    public string FilePath { get; }

    public bool IsArchive { get; }

    /// <summary>What a fetch gives: the file, or the folder that an archive is unpacked to.</summary>
    public string ContentPath { get; }

    public string LockPath => $"{FilePath}.lock";

    private static string Readable(Uri address)
    {
        var segment = Uri.UnescapeDataString(address.Segments[^1]);
        var kept = string.Concat(segment.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' ? letter : '_'));
        // The end is the part with the extension. Some systems drop a final dot.
        var name = kept[Math.Max(0, kept.Length - NameCharacters)..].Trim('.', '_');
        return name.Length == 0 ? "download" : name;
    }
}
