using System.Text.Json;
using System.Text.Json.Serialization;
using TorchSharp;

namespace Hrm.Core;

/// <summary>Writes the forward dtype by PyTorch's name.</summary>
internal sealed class ForwardDtypeConverter : JsonConverter<torch.ScalarType>
{
    public override torch.ScalarType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String ? Parse(reader.GetString()!) : throw new JsonException("expected a string");

    public override void Write(Utf8JsonWriter writer, torch.ScalarType value, JsonSerializerOptions options)
        => writer.WriteStringValue(NameOf(value));

    public static string NameOf(torch.ScalarType dtype) => dtype switch
    {
        torch.ScalarType.Float32 => "float32",
        torch.ScalarType.BFloat16 => "bfloat16",
        _ => dtype.ToString(),
    };

    private static torch.ScalarType Parse(string name) => name switch
    {
        "float32" => torch.ScalarType.Float32,
        "bfloat16" => torch.ScalarType.BFloat16,
        _ => throw new JsonException($"expected float32 or bfloat16, got '{name}'"),
    };
}
