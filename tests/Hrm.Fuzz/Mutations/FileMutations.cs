using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Hrm.Core;

namespace Hrm.Fuzz.Mutations;

/// <summary>
/// Damages a file by the format of its name: often within its structure, with matching lengths and checksums, so that the damage reaches the
/// code behind those checks; otherwise anywhere.
/// </summary>
internal sealed class FileMutations(StatefulRandom random, IReadOnlyList<string> tokens)
{
    private const int SafetensorsPrefix = 8;
    private const int NpyPrefix = 10;
    private const int LongestName = ushort.MaxValue;

    private readonly ByteMutations _bytes = new(random, tokens);
    private readonly JsonMutations _json = new(random, tokens);

    public byte[] Apply(string name, byte[] content)
    {
        if (random.Next(10) < 3)
        {
            return _bytes.Apply(content);
        }

        return Path.GetExtension(name) switch
        {
            ".json" or ".jsonl" => Json(content),
            ".safetensors" => Safetensors(content),
            ".npy" => Npy(content),
            ".zip" or ".pt" => Zip(content),
            _ => _bytes.Apply(content),
        };
    }

    private byte[] Json(byte[] content)
        => _json.Apply(Encoding.UTF8.GetString(content)) is { } text ? Encoding.UTF8.GetBytes(text) : _bytes.Apply(content);

    /// <summary>Damages the header, and corrects its length.</summary>
    private byte[] Safetensors(byte[] content)
    {
        if (content.Length < SafetensorsPrefix
            || BinaryPrimitives.ReadInt64LittleEndian(content) is var length && (length < 0 || length > content.Length - SafetensorsPrefix))
        {
            return _bytes.Apply(content);
        }

        var header = content[SafetensorsPrefix..(SafetensorsPrefix + (int)length)];
        header = random.Next(3) == 0 ? _bytes.Apply(header) : Json(header);
        var padding = (8 - (header.Length % 8)) % 8;
        var prefix = new byte[SafetensorsPrefix];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length + padding);
        return [.. prefix, .. header, .. Enumerable.Repeat((byte)' ', padding), .. content[(SafetensorsPrefix + (int)length)..]];
    }

    /// <summary>Damages a header of version 1, and corrects its length and the alignment of the data.</summary>
    private byte[] Npy(byte[] content)
    {
        if (content.Length < NpyPrefix || BinaryPrimitives.ReadUInt16LittleEndian(content.AsSpan(8)) is var length && length > content.Length - NpyPrefix)
        {
            return _bytes.Apply(content);
        }

        var header = _bytes.Apply([.. Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(content, NpyPrefix, length).TrimEnd())]);
        var padding = 64 - ((NpyPrefix + header.Length + 1) % 64);
        if (header.Length + padding + 1 > ushort.MaxValue)
        {
            return _bytes.Apply(content);
        }

        var prefix = content[..NpyPrefix];
        BinaryPrimitives.WriteUInt16LittleEndian(prefix.AsSpan(8), (ushort)(header.Length + padding + 1));
        return [.. prefix, .. header, .. Enumerable.Repeat((byte)' ', padding), (byte)'\n', .. content[(NpyPrefix + length)..]];
    }

    /// <summary>Damages one entry or its name, with a matching checksum.</summary>
    private byte[] Zip(byte[] content)
    {
        using var source = new ZipArchive(new MemoryStream(content));
        using var stream = new MemoryStream();
        using (var target = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            var chosen = source.Entries[random.Next(2) == 0 ? 0 : random.Next(source.Entries.Count)];
            foreach (var entry in source.Entries)
            {
                using var reader = entry.Open();
                using var buffer = new MemoryStream();
                reader.CopyTo(buffer);
                var isRenamed = entry == chosen && random.Next(4) == 0;
                var name = isRenamed ? Encoding.UTF8.GetString(_bytes.Apply(Encoding.UTF8.GetBytes(entry.FullName))) : entry.FullName;
                using var writer = target.CreateEntry(Encoding.UTF8.GetByteCount(name) is 0 or > LongestName ? "x" : name, CompressionLevel.NoCompression).Open();
                writer.Write(entry == chosen && !isRenamed ? _bytes.Apply(buffer.ToArray()) : buffer.ToArray());
            }
        }

        return stream.ToArray();
    }
}
