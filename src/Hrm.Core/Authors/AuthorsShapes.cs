using TorchSharp;

namespace Hrm.Core;

/// <summary>What the tensors of a checkpoint tell of its architecture.</summary>
internal sealed class AuthorsShapes
{
    public const string Tokens = "embed_tokens.embedding_weight";
    public const string Positions = "embed_pos.embedding_weight";
    public const string Puzzles = "puzzle_emb.weights";
    public const string Mixer = ModelKeys.LowLevel + Layers + "0.mlp_t.gate_up_proj.weight";
    public const string HighInit = "H_init";

    private const string Layers = ".layers.";

    private readonly Dictionary<string, WeightsEntry> _entries;

    public AuthorsShapes(IWeightsSource weights)
    {
        Path = weights.Path;
        _entries = ModelKeys.StoredNames(weights).ToDictionary(entry => entry.Key, entry => weights.GetEntry(entry.Value), StringComparer.Ordinal);
        if (!_entries.ContainsKey(Tokens))
        {
            throw new WeightsFormatException(Path, $"expected the tensors of a model, {Tokens} among them, got {ModelKeys.Some(_entries.Keys)}: {_entries.Count} in all");
        }
    }

    public string Path { get; }

    /// <summary>Whether there are tensors of H; otherwise one module serves as both levels.</summary>
    public bool HasHighLevel => !ModelKeys.HaveSharedLevel(_entries.Keys);

    /// <summary>The dtype of the initial state, which is the forward dtype; null where there is none.</summary>
    public torch.ScalarType? StateDtype => _entries.TryGetValue(HighInit, out var entry) ? entry.Dtype : null;

    /// <summary>The size of an axis of a matrix, or null where there is no such tensor. Sizes beyond all limits are cut.</summary>
    public int? Size(string key, int axis)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            return null;
        }

        return entry.Shape.Count == 2
            ? (int)Math.Min(entry.Shape[axis], int.MaxValue)
            : throw new WeightsFormatException(Path, $"expected a matrix, got {entry}", key);
    }

    /// <summary>The number of blocks of a level.</summary>
    public int LayerCount(string level) => _entries.Keys
        .Where(key => key.StartsWith(level + Layers, StringComparison.Ordinal))
        .Select(key => key[(level + Layers).Length..].Split('.')[0])
        .Distinct(StringComparer.Ordinal)
        .Count();
}
