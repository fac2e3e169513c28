using System.Globalization;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Where puzzles come from: a file, a folder, or an https address. Says nothing about whether it is there;
/// <see cref="SourceCache"/> does.
/// </summary>
public sealed class PuzzleSource
{
    private const int Sha256Digits = 64;

    private PuzzleSource(string? localPath, Uri? address, long? expectedSize, string? sha256)
    {
        LocalPath = localPath;
        Address = address;
        ExpectedSize = expectedSize;
        Sha256 = sha256;
    }

    /// <summary>The file or folder, as it was given; <see langword="null"/> for an address.</summary>
    public string? LocalPath { get; }

    /// <summary>The address, without its fragment; <see langword="null"/> for a file or folder.</summary>
    public Uri? Address { get; }

    /// <summary>The size that a download must have, in bytes; <see langword="null"/> for any.</summary>
    public long? ExpectedSize { get; }

    /// <summary>The SHA-256 that a download must have, 64 lower-case hexadecimal digits; <see langword="null"/> for any.</summary>
    public string? Sha256 { get; }

    /// <summary>
    /// Reads a source: text that starts as <c>scheme://</c> is an address, anything else a path. The fragment of an address
    /// states its checks: <c>https://host/mazes.csv#sha256=…&amp;size=1820334</c>, either or both.
    /// </summary>
    /// <param name="text">A path or an address.</param>
    /// <exception cref="SourceException">No text, an address that may not be used (see <see cref="FromAddress"/>), or a check that is none.</exception>
    public static PuzzleSource Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!SourceAddress.LooksLikeOne(text, out var scheme))
        {
            return FromPath(text);
        }

        // The text of an address that cannot be taken apart may hold a password anywhere, so the message shows the scheme alone.
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address))
        {
            throw new SourceException($"{scheme}://…", "expected a path or an https address, got text that is no valid address");
        }

        SourceAddress.ThrowIfRefused(address);
        var (size, sha256) = ParseChecks(address);
        return FromAddress(address, size, sha256);
    }

    /// <summary>A file or folder.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="SourceException">The text is empty or holds a zero character.</exception>
    public static PuzzleSource FromPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal)
            ? throw new SourceException(Quote.Text(path), "expected a path or an https address, got no usable text")
            : new PuzzleSource(path, null, null, null);
    }

    /// <summary>An address.</summary>
    /// <param name="address">
    /// An absolute https address without user name and password; http only where the host is this machine itself (loopback).
    /// A fragment is dropped.
    /// </param>
    /// <param name="expectedSize">The size that the download must have, in bytes.</param>
    /// <param name="sha256">The SHA-256 that the download must have, 64 hexadecimal digits of either case.</param>
    /// <exception cref="SourceException">An address that may not be used, a negative size, or no SHA-256.</exception>
    public static PuzzleSource FromAddress(Uri address, long? expectedSize = null, string? sha256 = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        SourceAddress.ThrowIfRefused(address);
        if (expectedSize < 0)
        {
            throw new SourceException(SourceAddress.Display(address), string.Create(CultureInfo.InvariantCulture, $"size: expected a number of bytes, got {expectedSize}"));
        }

        if (sha256 is not null && !(sha256.Length == Sha256Digits && sha256.All(char.IsAsciiHexDigit)))
        {
            throw new SourceException(SourceAddress.Display(address), $"sha256: expected {Sha256Digits} hexadecimal digits, got {Quote.Text(sha256)}");
        }

        return new PuzzleSource(null, SourceAddress.WithoutFragment(address), expectedSize, sha256?.ToLowerInvariant());
    }

    /// <summary>The path, or the address without its query: fit for messages and logs.</summary>
    public override string ToString() => LocalPath ?? SourceAddress.Display(Address!);

    private static (long? Size, string? Sha256) ParseChecks(Uri address)
    {
        long? size = null;
        string? sha256 = null;
        foreach (var check in address.Fragment.TrimStart('#').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (sha256 is null && check.StartsWith("sha256=", StringComparison.Ordinal))
            {
                sha256 = check["sha256=".Length..];
            }
            else if (size is null && check.StartsWith("size=", StringComparison.Ordinal)
                && long.TryParse(check.AsSpan("size=".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
            {
                size = bytes;
            }
            else
            {
                throw new SourceException(SourceAddress.Display(address),
                    $"fragment: expected 'sha256=' with hexadecimal digits or 'size=' with a number of bytes, each at most once, got {Quote.Text(check)}");
            }
        }

        return (size, sha256);
    }
}
