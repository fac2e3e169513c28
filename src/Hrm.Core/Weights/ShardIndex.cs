using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Hrm.Core;

/// <summary>
/// <c>model.safetensors.index.json</c>: which of several files holds which tensor. Only <c>weight_map</c> counts
/// when it is read; file names are plain names, so that an index cannot reach out of its folder.
/// </summary>
internal static class ShardIndex
{
    internal const int MaxBytes = 32_000_000;
    internal const int MaxShards = 1_000;

    private const int MaxDepth = 8;
    private const string MapName = "weight_map";
    private const string Extension = ".safetensors";

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("/\\:*?\"<>|");

    /// <summary>Tensor names to shard names.</summary>
    public static Dictionary<string, string> Load(string path)
    {
        using var file = InputFile.Open(path);
        if (file.Length > MaxBytes)
        {
            throw new WeightsFormatException(path, $"index: expected at most {MaxBytes} bytes, got {file.Length}");
        }

        var json = new byte[(int)file.Length];
        file.CopyTo(0, json);
        return Parse(json, path);
    }

    public static byte[] Write(IEnumerable<KeyValuePair<string, string>> map, long totalBytes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata"u8);
            json.WriteNumber("total_size"u8, totalBytes);
            json.WriteEndObject();
            json.WriteStartObject(MapName);
            foreach (var (tensor, shard) in map.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteString(tensor, shard);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    internal static Dictionary<string, string> Parse(ReadOnlySpan<byte> text, string path)
    {
        if (!Utf8.IsValid(text))
        {
            throw new WeightsFormatException(path, "index: expected valid UTF-8");
        }
        var json = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            return ReadObject(ref json, path)
                ?? throw new WeightsFormatException(path, $"index: expected the object {MapName}, got none");
        }
        catch (JsonException exception)
        {
            throw new WeightsFormatException(path, $"index: expected JSON: {JsonFault.Describe(exception)}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new WeightsFormatException(path, "index: expected text that is valid Unicode, got an escaped half of a surrogate pair", exception);
        }
    }

    private static Dictionary<string, string>? ReadObject(ref Utf8JsonReader json, string path)
    {
        Dictionary<string, string>? map = null;
        Expect(ref json, JsonTokenType.StartObject, "an object", path);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (!json.ValueTextEquals(MapName))
            {
                json.Skip();
                continue;
            }
            if (map is not null)
            {
                throw new WeightsFormatException(path, $"index: expected {MapName} once, got it twice");
            }
            map = ReadMap(ref json, path);
        }
        // Whatever but white space follows the object makes the reader throw.
        json.Read();
        return map;
    }

    private static Dictionary<string, string> ReadMap(ref Utf8JsonReader json, string path)
    {
        var map = new Dictionary<string, string>();
        var shards = new Dictionary<string, string>();
        Expect(ref json, JsonTokenType.StartObject, $"an object under {MapName}", path);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueSpan.Length > SafetensorsHeader.MaxNameBytes)
            {
                throw new WeightsFormatException(path, $"index: expected names of at most {SafetensorsHeader.MaxNameBytes} bytes, got one of {json.ValueSpan.Length}");
            }
            var tensor = json.GetString()!;
            Expect(ref json, JsonTokenType.String, $"a file name for {Quote.Text(tensor)}", path);
            var name = json.GetString()!;
            if (!shards.TryGetValue(name, out var shard))
            {
                CheckPlainName(name, tensor, path);
                shards.Add(name, shard = name);
            }
            if (!map.TryAdd(tensor, shard))
            {
                throw new WeightsFormatException(path, "index: expected each name once, got it twice", tensor);
            }
            if (shards.Count > MaxShards)
            {
                throw new WeightsFormatException(path, $"index: expected at most {MaxShards} files, got more");
            }
        }
        return map;
    }

    private static void CheckPlainName(string name, string tensor, string path)
    {
        var isPlain = name.Length is > 0 and <= 255
            && name[0] != '.'
            && name.EndsWith(Extension, StringComparison.Ordinal)
            && !name.AsSpan().ContainsAny(Forbidden)
            && !name.Any(char.IsControl);
        if (!isPlain)
        {
            throw new WeightsFormatException(path, $"index: expected the plain name of a {Extension} file in the same folder, got {Quote.Text(name)}", tensor);
        }
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type, string expected, string path)
    {
        json.Read();
        if (json.TokenType != type)
        {
            throw new WeightsFormatException(path, $"index: expected {expected}, got {json.TokenType} at byte {json.TokenStartIndex}");
        }
    }
}
