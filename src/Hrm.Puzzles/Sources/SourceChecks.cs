using System.Globalization;
using System.Security.Cryptography;

namespace Hrm.Puzzles;

/// <summary>Compares a file with what its source states about it.</summary>
internal static class SourceChecks
{
    /// <summary>What is wrong with the file, or <see langword="null"/>.</summary>
    public static async Task<string?> FindFaultAsync(string path, PuzzleSource source, CancellationToken cancellationToken)
    {
        var length = new FileInfo(path).Length;
        if (source.ExpectedSize is { } size && size != length)
        {
            return SizeFault(size, length);
        }

        if (source.Sha256 is null)
        {
            return null;
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        await using (stream.ConfigureAwait(false))
        {
            var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
            return sha256 == source.Sha256 ? null : $"expected the SHA-256 {source.Sha256}, got {sha256}";
        }
    }

    public static string SizeFault(long expected, long got) => string.Create(CultureInfo.InvariantCulture, $"expected {expected} bytes, got {got}");
}
