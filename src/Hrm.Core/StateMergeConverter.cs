using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hrm.Core;

/// <summary>Writes the merge by its name, and takes these names alone: no numbers, no lists, no other case.</summary>
internal sealed class StateMergeConverter : JsonConverter<StateMerge>
{
    public override StateMerge Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String ? Parse(reader.GetString()!) : throw new JsonException("expected a string");

    public override void Write(Utf8JsonWriter writer, StateMerge value, JsonSerializerOptions options)
        => writer.WriteStringValue(value == StateMerge.Gated ? "gated" : "add");

    private static StateMerge Parse(string name) => name switch
    {
        "add" => StateMerge.Add,
        "gated" => StateMerge.Gated,
        _ => throw new JsonException($"expected add or gated, got {Quote.Text(name)}"),
    };
}
