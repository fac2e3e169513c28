using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>
/// Writes safetensors files: equal tensors give equal bytes, whatever their order. A file appears under its name
/// whole or not at all.
/// </summary>
/// <remarks>
/// Tensors stand by element type, largest first, then by name, as in the format's own writer, so that each begins
/// at a multiple of its element size; the header is padded with spaces to a multiple of 8.
/// </remarks>
public static class SafetensorsWriter
{
    private const int HeaderAlignment = 8;

    /// <summary>Saves tensors of any device and layout, one at a time, so that at most one copy is in memory.</summary>
    /// <param name="path">The file, replaced if it exists; links are followed. Its folder must exist.</param>
    /// <param name="tensors">The tensors by name, for example a module's <c>state_dict()</c>. They are not disposed.</param>
    /// <param name="metadata">Texts to store under <c>__metadata__</c>.</param>
    /// <exception cref="WeightsFormatException">A name occurs twice or is not allowed, or the format has no such element type.</exception>
    /// <exception cref="HrmFileException">The file cannot be written; an existing one is left as it was.</exception>
    public static void Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var staged = Stage(AtomicFile.FollowLinks(path), tensors, metadata);
        staged.Commit();
    }

    /// <summary>Writes the file beside its final name.</summary>
    internal static StagedFile Stage(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var items = Lay(path, tensors);
        var header = Header(path, items, metadata);
        return StagedFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header.Span);
            foreach (var item in items)
            {
                WriteData(stream, item.Tensor);
            }
        });
    }

    /// <summary>How many bytes a tensor takes in a file.</summary>
    internal static long ByteLength(Tensor tensor) => tensor.NumberOfElements * tensor.ElementSize;

    private static List<(string Name, WeightsDtype Dtype, Tensor Tensor)> Lay(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var items = new List<(string Name, WeightsDtype Dtype, Tensor Tensor)>();
        var names = new HashSet<string>();
        foreach (var (name, tensor) in tensors)
        {
            if (!names.Add(name))
            {
                throw new WeightsFormatException(path, "expected each name once, got it twice", name);
            }
            items.Add((name, WeightsDtype.Require(tensor, name, path), tensor));
        }
        if (items.Count > SafetensorsHeader.MaxTensors)
        {
            throw new WeightsFormatException(path, $"expected at most {SafetensorsHeader.MaxTensors} tensors, got {items.Count}");
        }
        items.Sort(static (left, right) =>
        {
            var byDtype = left.Dtype.FileOrder.CompareTo(right.Dtype.FileOrder);
            return byDtype != 0 ? byDtype : string.CompareOrdinal(left.Name, right.Name);
        });
        return items;
    }

    private static ReadOnlyMemory<byte> Header(string path, List<(string Name, WeightsDtype Dtype, Tensor Tensor)> items, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        // Names outside ASCII stay readable, as the format's own writer leaves them.
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            long end = 0;
            foreach (var (name, dtype, tensor) in items)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype"u8, dtype.Name);
                json.WriteStartArray("shape"u8);
                foreach (var size in tensor.shape)
                {
                    json.WriteNumberValue(size);
                }
                json.WriteEndArray();
                json.WriteStartArray("data_offsets"u8);
                json.WriteNumberValue(end);
                end += ByteLength(tensor);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        if (buffer.WrittenCount > SafetensorsHeader.MaxBytes - HeaderAlignment)
        {
            throw new WeightsFormatException(path, $"header: expected at most {SafetensorsHeader.MaxBytes} bytes of names and texts, got {buffer.WrittenCount}");
        }
        var padding = (HeaderAlignment - (buffer.WrittenCount % HeaderAlignment)) % HeaderAlignment;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        CheckReadable(path, buffer.WrittenSpan, items, metadata);
        return buffer.WrittenMemory;
    }

    /// <summary>
    /// A name or text that a reader would refuse, or would read as another (the JSON writer replaces what is not
    /// valid Unicode), must not reach the disk.
    /// </summary>
    private static void CheckReadable(
        string path,
        ReadOnlySpan<byte> header,
        List<(string Name, WeightsDtype Dtype, Tensor Tensor)> items,
        IReadOnlyDictionary<string, string>? metadata)
    {
        var (entries, texts) = SafetensorsHeader.Parse(header, path);
        foreach (var (name, _, _) in items)
        {
            if (!entries.ContainsKey(name))
            {
                throw new WeightsFormatException(path, $"expected a name that is valid Unicode and not {SafetensorsHeader.MetadataName}", name);
            }
        }
        foreach (var (key, text) in metadata ?? new Dictionary<string, string>())
        {
            if (!texts.TryGetValue(key, out var read) || read != text)
            {
                throw new WeightsFormatException(path, $"{SafetensorsHeader.MetadataName}: expected text that is valid Unicode for {Quote.Text(key)}");
            }
        }
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null || metadata.Count == 0)
        {
            return;
        }
        json.WriteStartObject(SafetensorsHeader.MetadataName);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }
        json.WriteEndObject();
    }

    private static void WriteData(Stream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        TensorBytes.Visit(tensor.detach().cpu().contiguous(), (_, bytes) => stream.Write(bytes));
    }
}
