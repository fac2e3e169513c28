using System.Text.Json;
using System.Text.Unicode;

namespace Hrm.Core;

/// <summary>
/// The JSON header of a safetensors file, read token by token: a document model would keep the last of two equal
/// names, and would be built before any limit could apply.
/// </summary>
internal ref struct SafetensorsHeader
{
    /// <summary>The longest header that is read, as in the format's own reader.</summary>
    internal const int MaxBytes = 100_000_000;

    internal const int MaxTensors = 100_000;
    internal const int MaxNameBytes = 1_024;
    internal const int MaxDimensions = 64;
    internal const int MaxMetadataEntries = 10_000;
    internal const int MaxMetadataBytes = 10_000_000;

    /// <summary>The header, a tensor, an array of numbers.</summary>
    private const int MaxDepth = 3;

    internal const string MetadataName = "__metadata__";

    private readonly string _file;
    private readonly Dictionary<string, WeightsEntry> _entries = [];
    private Dictionary<string, string>? _metadata;
    private Utf8JsonReader _json;

    private SafetensorsHeader(ReadOnlySpan<byte> header, string file)
    {
        _file = file;
        _json = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = MaxDepth });
    }

    public static (Dictionary<string, WeightsEntry> Entries, Dictionary<string, string> Metadata) Parse(ReadOnlySpan<byte> header, string file)
    {
        if (header.IsEmpty || header[0] != (byte)'{')
        {
            throw new WeightsFormatException(file, "header: expected a JSON object that starts with '{' at its first byte");
        }
        if (!Utf8.IsValid(header))
        {
            throw new WeightsFormatException(file, "header: expected valid UTF-8");
        }
        var reader = new SafetensorsHeader(header, file);
        try
        {
            reader.ReadHeader();
        }
        catch (JsonException exception)
        {
            throw new WeightsFormatException(file, $"header: expected JSON: {JsonFault.Describe(exception)}", exception);
        }
        return (reader._entries, reader._metadata ?? []);
    }

    private void ReadHeader()
    {
        _json.Read();
        while (ReadName(null) is { } name)
        {
            if (name == MetadataName)
            {
                ReadMetadata();
                continue;
            }
            if (_entries.Count == MaxTensors)
            {
                throw Fault($"expected at most {MaxTensors} tensors, got more");
            }
            var entry = ReadEntry(name);
            if (!_entries.TryAdd(name, entry))
            {
                throw Fault("expected each name once, got it twice", name);
            }
        }
        // Whatever but white space follows the object makes the reader throw.
        _json.Read();
    }

    private void ReadMetadata()
    {
        if (_metadata is not null)
        {
            throw Fault($"expected {MetadataName} once, got it twice");
        }
        _metadata = [];
        Expect(JsonTokenType.StartObject, $"{MetadataName}: expected an object of strings", null);
        var start = _json.TokenStartIndex;
        while (ReadName(null) is { } key)
        {
            Expect(JsonTokenType.String, $"{MetadataName}: expected a string for {Quote.Text(key)}", null);
            if (_json.BytesConsumed - start > MaxMetadataBytes || _metadata.Count == MaxMetadataEntries)
            {
                throw Fault($"{MetadataName}: expected at most {MaxMetadataEntries} entries and {MaxMetadataBytes} bytes, got more");
            }
            if (!_metadata.TryAdd(key, Text(null)))
            {
                throw Fault($"{MetadataName}: expected each name once, got {Quote.Text(key)} twice");
            }
        }
    }

    private WeightsEntry ReadEntry(string name)
    {
        WeightsDtype? dtype = null;
        long[]? shape = null;
        long[]? offsets = null;
        Expect(JsonTokenType.StartObject, "expected an object with dtype, shape and data_offsets", name);
        while (ReadName(name) is { } field)
        {
            var isNew = field switch
            {
                "dtype" => dtype is null,
                "shape" => shape is null,
                "data_offsets" => offsets is null,
                _ => throw Fault($"expected the fields dtype, shape and data_offsets, got {Quote.Text(field)}", name),
            };
            if (!isNew)
            {
                throw Fault($"expected each field once, got {field} twice", name);
            }
            switch (field)
            {
                case "dtype":
                    dtype = ReadDtype(name);
                    break;
                case "shape":
                    shape = ReadNumbers("shape", MaxDimensions, name);
                    break;
                default:
                    offsets = ReadNumbers("data_offsets", 2, name);
                    break;
            }
        }
        if (dtype is null || shape is null || offsets is null)
        {
            var missing = dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets";
            throw Fault($"expected the fields dtype, shape and data_offsets, got no {missing}", name);
        }
        if (offsets.Length != 2 || offsets[1] < offsets[0])
        {
            throw Fault($"data_offsets: expected [begin, end] with begin at most end, got [{string.Join(", ", offsets)}]", name);
        }
        return new WeightsEntry(name, dtype, shape, offsets[0], offsets[1] - offsets[0]);
    }

    private WeightsDtype ReadDtype(string tensor)
    {
        Expect(JsonTokenType.String, "dtype: expected a string", tensor);
        var text = Text(tensor);
        return WeightsDtype.TryGet(text, out var dtype)
            ? dtype
            : throw Fault($"dtype: expected one of {WeightsDtype.AllNames}, got {Quote.Text(text)}", tensor);
    }

    private long[] ReadNumbers(string field, int maxCount, string tensor)
    {
        Expect(JsonTokenType.StartArray, $"{field}: expected an array of numbers", tensor);
        var numbers = new List<long>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (numbers.Count == maxCount)
            {
                throw Fault($"{field}: expected at most {maxCount} numbers, got more", tensor);
            }
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt64(out var number) || number < 0)
            {
                throw Fault($"{field}: expected whole numbers from 0 to {long.MaxValue}, got {Token()}", tensor);
            }
            numbers.Add(number);
        }
        return [.. numbers];
    }

    /// <summary>The next property's name, or null at the end of the object.</summary>
    private string? ReadName(string? tensor)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.EndObject)
        {
            return null;
        }
        if (_json.ValueSpan.Length > MaxNameBytes)
        {
            throw Fault($"expected names of at most {MaxNameBytes} bytes, got one of {_json.ValueSpan.Length}", tensor);
        }
        return Text(tensor);
    }

    private void Expect(JsonTokenType type, string expected, string? tensor)
    {
        _json.Read();
        if (_json.TokenType != type)
        {
            throw Fault($"{expected}, got {Token()}", tensor);
        }
    }

    private readonly string Text(string? tensor)
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // An escape such as \ud800 that is half a character.
            throw Fault("expected text that is valid Unicode, got an escaped half of a surrogate pair", tensor);
        }
    }

    private readonly string Token() => _json.TokenType == JsonTokenType.Number
        ? Quote.Text(System.Text.Encoding.UTF8.GetString(_json.ValueSpan[..Math.Min(_json.ValueSpan.Length, MaxNameBytes)]))
        : _json.TokenType.ToString();

    private readonly WeightsFormatException Fault(string problem, string? tensor = null) =>
        new(_file, $"{problem} (header byte {_json.TokenStartIndex})", tensor);
}
