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
        => writer.WriteStringValue(ForwardDtypes.NameOf(value));

    private static torch.ScalarType Parse(string name)
        => ForwardDtypes.TryParse(name, out var dtype) ? dtype : throw new JsonException($"expected {ForwardDtypes.Names}, got '{name}'");
}
