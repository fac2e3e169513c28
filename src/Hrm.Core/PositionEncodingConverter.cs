using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hrm.Core;

/// <summary>Writes positions by the authors' names, and takes these alone: no numbers, no lists, no other case.</summary>
internal sealed class PositionEncodingConverter : JsonConverter<PositionEncoding>
{
    public override PositionEncoding Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String ? Parse(reader.GetString()!) : throw new JsonException("expected a string");

    public override void Write(Utf8JsonWriter writer, PositionEncoding value, JsonSerializerOptions options)
        => writer.WriteStringValue(NameOf(value));

    public static string NameOf(PositionEncoding positions) => positions switch
    {
        PositionEncoding.Rope => "rope",
        PositionEncoding.Learned => "learned",
        PositionEncoding.None => "none",
        _ => positions.ToString(),
    };

    private static PositionEncoding Parse(string name) => name switch
    {
        "rope" => PositionEncoding.Rope,
        "learned" => PositionEncoding.Learned,
        "none" => PositionEncoding.None,
        _ => throw new JsonException($"expected rope, learned or none, got {Quote.Text(name)}"),
    };
}
