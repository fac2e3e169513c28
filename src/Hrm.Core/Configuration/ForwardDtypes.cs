using System.Text.Json;
using TorchSharp;

namespace Hrm.Core;

/// <summary>The dtypes that a model can compute in, by PyTorch's names.</summary>
internal static class ForwardDtypes
{
    /// <summary>The names, as messages list them.</summary>
    public const string Names = "float32 or bfloat16";

    public static string NameOf(torch.ScalarType dtype) => dtype switch
    {
        torch.ScalarType.Float32 => "float32",
        torch.ScalarType.BFloat16 => "bfloat16",
        _ => dtype.ToString(),
    };

    public static bool TryParse(string? name, out torch.ScalarType dtype)
    {
        (dtype, var isKnown) = name switch
        {
            "float32" => (torch.ScalarType.Float32, true),
            "bfloat16" => (torch.ScalarType.BFloat16, true),
            _ => (default, false),
        };
        return isKnown;
    }
}

/// <summary>The forward dtype by PyTorch's name.</summary>
internal sealed class ForwardDtypeConverter : NameConverter<torch.ScalarType>
{
    protected override string Name(torch.ScalarType value) => ForwardDtypes.NameOf(value);

    protected override torch.ScalarType Parse(string name)
        => ForwardDtypes.TryParse(name, out var dtype) ? dtype : throw new JsonException($"expected {ForwardDtypes.Names}, got '{name}'");
}
