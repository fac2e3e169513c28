using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hrm.Core;

/// <summary>Writes values by their names, and takes these names alone: no numbers, no lists, no other case.</summary>
/// <typeparam name="T">The values.</typeparam>
internal abstract class NameConverter<T> : JsonConverter<T>
{
    public sealed override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String ? Parse(reader.GetString()!) : throw new JsonException("expected a string");

    public sealed override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Name(value));

    /// <summary>The name of a value.</summary>
    protected abstract string Name(T value);

    /// <summary>The value of a name.</summary>
    /// <exception cref="JsonException">There is none of that name; says which there are.</exception>
    protected abstract T Parse(string name);
}
