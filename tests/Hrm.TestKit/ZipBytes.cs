using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Hrm.TestKit;

/// <summary>One entry of an archive that is assembled by hand; any value other than null or 0 is a fault or an option of the format.</summary>
public sealed record ZipPart(string Name, byte[] Data)
{
    public ushort Method { get; init; }

    public ushort Flags { get; init; }

    public uint? Crc { get; init; }

    public uint? Size { get; init; }

    /// <summary>The start of the entry according to the directory.</summary>
    public uint? Start { get; init; }

    public string? LocalName { get; init; }

    public byte[] DirectoryExtra { get; init; } = [];
}

/// <summary>Zip archives that are assembled by hand, valid or not.</summary>
public static class ZipBytes
{
    /// <summary>An archive as torch.save writes it: a pickle, and storages by their keys.</summary>
    public static byte[] OfPickle(byte[] pickle, params (string Key, byte[] Data)[] storages) => Of(
    [
        new ZipPart("a/data.pkl", pickle),
        .. storages.Select(storage => new ZipPart($"a/data/{storage.Key}", storage.Data)),
        new ZipPart("a/version", "3\n"u8.ToArray()),
    ]);

    public static byte[] Of(IReadOnlyList<ZipPart> parts, Action<byte[]>? changeEnd = null)
    {
        var file = new List<byte>();
        var directory = new List<byte>();
        foreach (var part in parts)
        {
            Add(file, directory, part);
        }

        var end = new byte[22];
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054b50);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)parts.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)parts.Count);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(12), directory.Count);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(16), file.Count);
        changeEnd?.Invoke(end);
        return [.. file, .. directory, .. end];
    }

    private static void Add(List<byte> file, List<byte> directory, ZipPart part)
    {
        var start = part.Start ?? (uint)file.Count;
        var name = Encoding.UTF8.GetBytes(part.Name);
        var localName = Encoding.UTF8.GetBytes(part.LocalName ?? part.Name);
        byte[] common =
        [
            .. BitConverter.GetBytes(part.Flags),
            .. BitConverter.GetBytes(part.Method),
            0, 0, 0, 0,
            .. BitConverter.GetBytes(part.Crc ?? Crc32.HashToUInt32(part.Data)),
            .. BitConverter.GetBytes(part.Size ?? (uint)part.Data.Length),
            .. BitConverter.GetBytes(part.Size ?? (uint)part.Data.Length),
        ];
        file.AddRange([0x50, 0x4b, 3, 4, 0, 0, .. common, .. BitConverter.GetBytes((ushort)localName.Length), 0, 0, .. localName, .. part.Data]);
        directory.AddRange(
        [
            0x50, 0x4b, 1, 2, 0, 0, 0, 0, .. common,
            .. BitConverter.GetBytes((ushort)name.Length), .. BitConverter.GetBytes((ushort)part.DirectoryExtra.Length), .. new byte[10],
            .. BitConverter.GetBytes(start), .. name, .. part.DirectoryExtra,
        ]);
    }
}
