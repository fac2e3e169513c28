using System.Security.Cryptography;
using System.Text;
using Hrm.Core;

namespace Hrm.Training;

/// <summary>
/// The SHA-256 of each file of a folder, in the format of <c>sha256sum</c>, so that <c>sha256sum -c SHA256SUMS</c> checks
/// a checkpoint too.
/// </summary>
internal static class ChecksumList
{
    public const string FileName = "SHA256SUMS";

    private const int MaxBytes = 1 << 16;
    private const int HashDigits = 64;

    /// <summary>Writes the list of the named files, as they stand on the disk.</summary>
    public static void Write(string folder, IEnumerable<string> names)
    {
        var text = new StringBuilder();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            text.Append(HashOf(Path.Combine(folder, name))).Append("  ").Append(name).Append('\n');
        }

        AtomicFile.Write(Path.Combine(folder, FileName), stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Checks that the list is of exactly the named files, and each against its sum.</summary>
    /// <exception cref="CheckpointException">It is not, or a file has another content.</exception>
    public static void Verify(string folder, IReadOnlyCollection<string> names)
    {
        var listed = Read(folder);
        if (!listed.Keys.Order(StringComparer.Ordinal).SequenceEqual(names.Order(StringComparer.Ordinal)))
        {
            throw new CheckpointException(Path.Combine(folder, FileName), $"expected sums of {string.Join(", ", names)}, got {listed.Count} others");
        }

        foreach (var (name, expected) in listed)
        {
            var path = Path.Combine(folder, name);
            var actual = HashOf(path);
            if (actual != expected)
            {
                throw new CheckpointException(path, $"damaged: expected SHA-256 {expected}, got {actual}");
            }
        }
    }

    private static Dictionary<string, string> Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var sums = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in CheckpointFolder.ReadText(path, MaxBytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var isSum = line.Length > HashDigits + 2
                && line[HashDigits] == ' '
                && line[HashDigits + 1] == ' '
                && line.AsSpan(0, HashDigits).IndexOfAnyExceptInRange('0', 'f') < 0;
            if (!isSum || !sums.TryAdd(line[(HashDigits + 2)..], line[..HashDigits]))
            {
                throw new CheckpointException(path, "expected lines of 64 hexadecimal digits, two spaces and a file's name, each once");
            }
        }

        return sums;
    }

    private static string HashOf(string path)
    {
        try
        {
            using var stream = InputFile.OpenStream(path, bufferSize: 1 << 16);
            return stream.Length <= WeightsFolder.MaxFileBytes
                ? Convert.ToHexStringLower(SHA256.HashData(stream))
                : throw new HrmFileException(path, $"expected at most {WeightsFolder.MaxFileBytes} bytes, got {stream.Length}");
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw HrmFileException.Unreadable(path, exception);
        }
    }
}
