using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Hrm.Core;

/// <summary>Reads the JSON header of a safetensors file. Its size is bounded before a document is built from it.</summary>
internal static class SafetensorsHeader
{
    /// <summary>The longest header that is read, as in the format's own reader.</summary>
    internal const int MaxBytes = 100_000_000;

    internal const int MaxTensors = 100_000;
    internal const int MaxNameBytes = 1_024;
    internal const int MaxDimensions = 64;

    internal const string MetadataName = "__metadata__";

    /// <summary>The header, a tensor, an array of numbers.</summary>
    private const int MaxDepth = 3;

    /// <summary>Names, values and brackets; a matrix has 15.</summary>
    private const int MaxTokens = 32 * MaxTensors;

    /// <summary>Returns the entries of a header. Whether they fit the data is not checked.</summary>
    /// <exception cref="HrmFormatException">The header is not valid.</exception>
    public static WeightsEntry[] Parse(ReadOnlyMemory<byte> header, string file)
    {
        if (header.IsEmpty || header.Span[0] != (byte)'{' || !Utf8.IsValid(header.Span))
        {
            throw new HrmFormatException("header: expected a JSON object in UTF-8 that starts with '{' at its first byte", file);
        }

        try
        {
            RequireSmall(header.Span, file);
            using var json = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var names = new HashSet<string>(StringComparer.Ordinal);
            var entries = new List<WeightsEntry>();
            foreach (var property in json.RootElement.EnumerateObject())
            {
                var name = property.Name;
                if (!names.Add(name))
                {
                    throw new HrmFormatException("expected each name once, got it twice", file, place: $"tensor {Quote.Text(name)}");
                }

                if (property.Value.ValueKind != JsonValueKind.Object)
                {
                    throw new HrmFormatException($"expected an object with dtype, shape and data_offsets, got {property.Value.ValueKind}", file, place: $"tensor {Quote.Text(name)}");
                }

                if (name != MetadataName)
                {
                    entries.Add(Read(name, property.Value, file));
                }
            }

            return [.. entries];
        }
        catch (JsonException exception)
        {
            throw new HrmFormatException($"header: expected JSON: {JsonFault.Describe(exception)}", file, innerException: exception);
        }
        catch (InvalidOperationException exception)
        {
            // An escape such as \ud800 that is half a character.
            throw new HrmFormatException("header: expected text that is valid Unicode, got an escaped half of a surrogate pair", file, innerException: exception);
        }
    }

    /// <summary>Sorts the entries by position and checks that they cover the data without gap, overlap or rest, so that all readers see the same.</summary>
    /// <exception cref="HrmFormatException">The entries do not cover the data.</exception>
    public static void SortAndCheckLayout(WeightsEntry[] entries, long dataLength, string file)
    {
        Array.ForEach(entries, entry => CheckSize(entry, dataLength, file));
        var inOrder = entries.OrderBy(entry => entry.ByteOffset).ThenBy(entry => entry.ByteLength).ThenBy(entry => entry.Name, StringComparer.Ordinal).ToArray();
        inOrder.CopyTo(entries, 0);
        long end = 0;
        foreach (var entry in entries)
        {
            if (entry.ByteOffset != end)
            {
                var problem = entry.ByteOffset < end ? "they overlap" : "a gap that no tensor covers";
                throw new HrmFormatException($"data_offsets: expected to begin at {end}, where the previous tensor ends, got {entry.ByteOffset}: {problem}", file, place: $"tensor {Quote.Text(entry.Name)}");
            }

            end += entry.ByteLength;
        }

        if (end != dataLength)
        {
            throw new HrmFormatException($"expected the tensors to cover the {dataLength} bytes after the header, got {end}", file);
        }
    }

    private static void CheckSize(WeightsEntry entry, long dataLength, string file)
    {
        if (entry.ByteOffset > dataLength || entry.ByteLength > dataLength - entry.ByteOffset)
        {
            throw new HrmFormatException($"data_offsets: expected to end within the {dataLength} bytes after the header, got [{entry.ByteOffset}, {entry.ByteOffset + entry.ByteLength}]", file, place: $"tensor {Quote.Text(entry.Name)}");
        }

        if (WeightsEntry.ByteLengthOf([.. entry.Shape], entry.ElementSize) is not { } needed)
        {
            throw new HrmFormatException($"shape: expected fewer than 2^63 bytes, got {entry}: the size overflows", file, place: $"tensor {Quote.Text(entry.Name)}");
        }

        if (needed != entry.ByteLength)
        {
            throw new HrmFormatException($"data_offsets: expected {needed} bytes for {entry}, got {entry.ByteLength}", file, place: $"tensor {Quote.Text(entry.Name)}");
        }
    }

    private static void RequireSmall(ReadOnlySpan<byte> header, string file)
    {
        var reader = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = MaxDepth });
        var (tokens, tensors) = (0, 0);
        while (reader.Read())
        {
            var isName = reader.TokenType == JsonTokenType.PropertyName;
            if (isName && reader.ValueSpan.Length > MaxNameBytes)
            {
                throw new HrmFormatException($"header: expected names of at most {MaxNameBytes} bytes, got one of {reader.ValueSpan.Length}", file);
            }

            tensors += isName && reader.CurrentDepth == 1 ? 1 : 0;
            if (++tokens > MaxTokens || tensors > MaxTensors)
            {
                throw new HrmFormatException($"header: expected at most {MaxTensors} tensors with {MaxTokens} names and values, got more", file);
            }
        }
    }

    private static string Show(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        return Quote.Text(Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, MaxNameBytes)]));
    }

    private static WeightsEntry Read(string name, JsonElement value, string file)
    {
        if (value.GetPropertyCount() != 3
            || !value.TryGetProperty("dtype"u8, out var dtypeName)
            || !value.TryGetProperty("shape"u8, out var shape)
            || !value.TryGetProperty("data_offsets"u8, out var offsets))
        {
            var fields = value.EnumerateObject().Take(4).Select(field => Quote.Text(field.Name));
            throw new HrmFormatException($"expected the fields dtype, shape and data_offsets, each once, got {string.Join(", ", fields)}", file, place: $"tensor {Quote.Text(name)}");
        }

        var dtype = (dtypeName.ValueKind == JsonValueKind.String ? WeightsDtype.Find(dtypeName.GetString()!) : null)
            ?? throw new HrmFormatException($"dtype: expected one of {WeightsDtype.AllNames}, got {Show(dtypeName)}", file, place: $"tensor {Quote.Text(name)}");
        var range = Numbers("data_offsets", offsets, 2);
        return range is [var begin, var end] && begin <= end
            ? new WeightsEntry(name, dtype, Numbers("shape", shape, MaxDimensions), begin, end - begin)
            : throw new HrmFormatException($"data_offsets: expected [begin, end] with begin at most end, got [{string.Join(", ", range)}]", file, place: $"tensor {Quote.Text(name)}");

        long[] Numbers(string field, JsonElement array, int maxCount)
        {
            if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > maxCount)
            {
                throw new HrmFormatException($"{field}: expected an array of at most {maxCount} numbers, got {Show(array)}", file, place: $"tensor {Quote.Text(name)}");
            }

            return [.. array.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var number) && number >= 0
                ? number
                : throw new HrmFormatException($"{field}: expected whole numbers from 0 to {long.MaxValue}, got {Show(item)}", file, place: $"tensor {Quote.Text(name)}"))];
        }
    }
}
