using System.IO.Compression;
using System.Text;

namespace Hrm.Puzzles.Tests;

/// <summary>Makes archives, also such as no proper tool would make.</summary>
internal static class ZipBytes
{
    public static byte[] Of(params (string Name, string Text)[] entries) => Of(CompressionLevel.Fastest, entries);

    public static byte[] Of(CompressionLevel level, params (string Name, string Text)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in entries)
            {
                using var content = archive.CreateEntry(name, level).Open();
                content.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return stream.ToArray();
    }

    /// <summary>One entry of a Unix mode, say of a symbolic link.</summary>
    public static byte[] OfMode(string name, string text, int mode)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            var entry = archive.CreateEntry(name);
            entry.ExternalAttributes = mode << 16;
            using var content = entry.Open();
            content.Write(Encoding.UTF8.GetBytes(text));
        }

        return stream.ToArray();
    }

    /// <summary>One entry of zeros, a thousand times smaller packed.</summary>
    public static byte[] OfZeros(int bytes)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var content = archive.CreateEntry("zeros").Open();
            content.Write(new byte[bytes]);
        }

        return stream.ToArray();
    }
}
