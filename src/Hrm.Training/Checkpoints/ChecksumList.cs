using System.Security.Cryptography;
using Hrm.Core;

namespace Hrm.Training;

/// <summary>
/// The SHA-256 of each file of a folder, in the format of <c>sha256sum</c>, so that <c>sha256sum -c SHA256SUMS</c> verifies it.
/// </summary>
internal static class ChecksumList
{
    public const string FileName = "SHA256SUMS";

    private const int MaxBytes = 1 << 16;

    /// <summary>Writes the checksums of the named files, as they are on the disk.</summary>
    public static void Write(string folder, IEnumerable<string> names)
        => AtomicFile.Write(Path.Combine(folder, FileName), stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            foreach (var name in names.Order(StringComparer.Ordinal))
            {
                writer.WriteLine($"{HashOf(Path.Combine(folder, name))}  {name}");
            }
        });

    /// <summary>Verifies that the list has exactly the named files, and the checksum of each.</summary>
    /// <exception cref="HrmException">It has not, or a file has another content.</exception>
    public static void Verify(string folder, IReadOnlyCollection<string> names)
    {
        var path = Path.Combine(folder, FileName);
        var text = SmallTextFile.Read(path, MaxBytes);
        var listed = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("  ", 2)).ToArray();
        if (!listed.Select(parts => parts[^1]).Order(StringComparer.Ordinal).SequenceEqual(names.Order(StringComparer.Ordinal)))
        {
            throw new HrmFormatException($"expected lines of a SHA-256, two spaces and a name for each of {string.Join(", ", names)}, got others", path);
        }

        foreach (var parts in listed)
        {
            var file = Path.Combine(folder, parts[^1]);
            var actual = HashOf(file);
            if (actual != parts[0])
            {
                throw new HrmFormatException($"damaged: expected SHA-256 {Quote.Text(parts[0])}, got {actual}", file);
            }
        }
    }

    private static string HashOf(string path)
    {
        try
        {
            using var stream = InputFile.OpenStream(path, bufferSize: 1 << 16);
            return stream.Length <= SafetensorsFile.MaxFileBytes
                ? Convert.ToHexStringLower(SHA256.HashData(stream))
                : throw new HrmFileException(path, $"expected at most {SafetensorsFile.MaxFileBytes} bytes, got {stream.Length}");
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw HrmFileException.Unreadable(path, exception);
        }
    }
}
