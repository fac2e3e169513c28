using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hrm.Core;

/// <summary>Writes safetensors files for <see cref="SafetensorsFile.Save"/>.</summary>
/// <remarks>As the format's own writer: sorted by dtype, then by name; the header is padded with spaces to a multiple of 8.</remarks>
internal static class SafetensorsWriter
{
    private const int HeaderAlignment = 8;

    /// <summary>Writes the file beside its final name.</summary>
    public static AtomicFile Stage(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var items = tensors.Select(item => (Name: item.Key, Dtype: RequireDtype(item.Value, item.Key, path), Tensor: item.Value))
            .OrderBy(item => item.Dtype.FileOrder).ThenBy(item => item.Name, StringComparer.Ordinal).ToArray();
        var header = Header(path, items);
        return AtomicFile.Stage(path, stream =>
        {
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header.Span);
            Array.ForEach(items, item => WriteData(stream, item.Tensor));
        });
    }

    private static WeightsDtype RequireDtype(Tensor tensor, string name, string path)
    {
        var dtype = WeightsDtype.Find(tensor.dtype)
            ?? throw new HrmFormatException($"dtype: expected one of {WeightsDtype.AllNames}, got {tensor.dtype}", path, place: $"tensor {Quote.Text(name)}");
        return tensor.is_sparse || tensor.device_type == DeviceType.META
            ? throw new HrmFormatException("expected a dense tensor with data, got a sparse or meta tensor", path, place: $"tensor {Quote.Text(name)}")
            : dtype;
    }

    private static ReadOnlyMemory<byte> Header(string path, (string Name, WeightsDtype Dtype, Tensor Tensor)[] items)
    {
        var buffer = new ArrayBufferWriter<byte>();

        // Names outside ASCII stay readable, as the format's own writer leaves them.
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            long end = 0;
            foreach (var (name, dtype, tensor) in items)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype"u8, dtype.Name);
                WriteNumbers(json, "shape", tensor.shape);
                var begin = end;
                end += tensor.NumberOfElements * tensor.ElementSize;
                WriteNumbers(json, "data_offsets", begin, end);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        if (buffer.WrittenCount > SafetensorsHeader.MaxBytes - HeaderAlignment)
        {
            throw new HrmFormatException($"header: expected at most {SafetensorsHeader.MaxBytes} bytes of names, got {buffer.WrittenCount}", path);
        }

        var padding = (HeaderAlignment - (buffer.WrittenCount % HeaderAlignment)) % HeaderAlignment;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);

        // The reader rejects names that occur twice or are too long. The JSON writer replaces invalid Unicode.
        var names = SafetensorsHeader.Parse(buffer.WrittenMemory, path).Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        return Array.FindIndex(items, item => !names.Contains(item.Name)) is var lost and >= 0
            ? throw new HrmFormatException($"expected a name that is valid Unicode and not {SafetensorsHeader.MetadataName}", path, place: $"tensor {Quote.Text(items[lost].Name)}")
            : buffer.WrittenMemory;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, params ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static void WriteData(Stream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        TensorBytes.Visit(tensor.detach().cpu().contiguous(), (_, bytes) => stream.Write(bytes));
    }
}
