using System.Text.Json;
using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>Writes values as names and reads exactly these. The framework's converter of enums reads any case and does not list the valid names.</summary>
internal abstract class NameConverter<T>(params (string Name, T Value)[] values) : JsonConverter<T>
    where T : struct, Enum
{
    /// <summary>The valid names, for messages.</summary>
    public string Names { get; } = string.Join(" or ", values.Select(entry => entry.Name));

    public string NameOf(T value)
    {
        var entry = Array.FindIndex(values, entry => EqualityComparer<T>.Default.Equals(entry.Value, value));
        return entry < 0 ? value.ToString() : values[entry].Name;
    }

    /// <summary>Returns the value of a name, or <see langword="null"/> if the name is not valid.</summary>
    public T? Find(string? name)
    {
        var entry = Array.FindIndex(values, entry => entry.Name == name);
        return entry < 0 ? null : values[entry].Value;
    }

    public sealed override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var name = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("expected a string");
        return Find(name) ?? throw new JsonException($"expected {Names}, got {Quote.Text(name)}");
    }

    public sealed override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(NameOf(value));
}

/// <summary>The dtypes that a model can compute in, by PyTorch's names.</summary>
internal sealed class ForwardDtypes() : NameConverter<ScalarType>(("float32", ScalarType.Float32), ("bfloat16", ScalarType.BFloat16))
{
    public static ForwardDtypes Instance { get; } = new();
}
