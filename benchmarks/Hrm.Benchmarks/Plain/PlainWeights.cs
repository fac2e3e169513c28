using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Plain;

/// <summary>Copies of a module's weights under the same names.</summary>
internal sealed class PlainWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors;

    public PlainWeights(nn.Module model)
    {
        var trained = model.named_parameters().Select(parameter => parameter.name).ToHashSet(StringComparer.Ordinal);
        _tensors = model.state_dict().ToDictionary(
            entry => entry.Key,
            entry => entry.Value.detach().clone().DetachFromDisposeScope().requires_grad_(trained.Contains(entry.Key)),
            StringComparer.Ordinal);
        Trained = [.. _tensors.Where(entry => trained.Contains(entry.Key)).Select(entry => entry.Value)];
    }

    /// <summary>Parameters: every tensor except the puzzle table and the initial states.</summary>
    public IReadOnlyList<Tensor> Trained { get; }

    public IEnumerable<string> Names => _tensors.Keys;

    public Tensor this[string name] => _tensors[name];

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
