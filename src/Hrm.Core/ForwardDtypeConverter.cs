using System.Text.Json;
using TorchSharp;

namespace Hrm.Core;

/// <summary>The forward dtype by PyTorch's name.</summary>
internal sealed class ForwardDtypeConverter : NameConverter<torch.ScalarType>
{
    protected override string Name(torch.ScalarType value) => ForwardDtypes.NameOf(value);

    protected override torch.ScalarType Parse(string name)
        => ForwardDtypes.TryParse(name, out var dtype) ? dtype : throw new JsonException($"expected {ForwardDtypes.Names}, got '{name}'");
}
