using TorchSharp;

namespace Hrm.Core;

/// <summary>Tensors spread over several files by an index, checked against each other when opened.</summary>
internal sealed class ShardedWeights : IWeightsSource
{
    private readonly Dictionary<string, SafetensorsFile> _shardOf = [];
    private readonly List<SafetensorsFile> _shards = [];
    private readonly List<string> _names = [];

    private ShardedWeights(string indexPath)
    {
        Path = indexPath;
    }

    public string Path { get; }

    public IReadOnlyList<string> Names => _names;

    public static ShardedWeights Open(string indexPath)
    {
        var map = ShardIndex.Load(indexPath);
        var weights = new ShardedWeights(indexPath);
        try
        {
            weights.OpenShards(map);
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public bool Contains(string name) => _shardOf.ContainsKey(name);

    public WeightsEntry GetEntry(string name) => Shard(name).GetEntry(name);

    public torch.Tensor Read(string name) => Shard(name).Read(name);

    public void CopyTo(string name, torch.Tensor destination) => Shard(name).CopyTo(name, destination);

    public void Dispose() => _shards.ForEach(shard => shard.Dispose());

    private void OpenShards(Dictionary<string, string> map)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
        foreach (var name in map.Values.Distinct().Order(StringComparer.Ordinal))
        {
            var shard = SafetensorsFile.Open(System.IO.Path.Combine(folder, name), allowUnaligned: true);
            _shards.Add(shard);
            foreach (var tensor in shard.Names)
            {
                if (!map.TryGetValue(tensor, out var expected) || expected != name)
                {
                    var place = expected is null ? "nowhere" : $"in {Quote.Text(expected)}";
                    throw new WeightsFormatException(Path, $"index: expected it {place}, got it in {Quote.Text(name)}", tensor);
                }
                _shardOf.Add(tensor, shard);
                _names.Add(tensor);
            }
        }
        foreach (var (tensor, shard) in map)
        {
            if (!Contains(tensor))
            {
                throw new WeightsFormatException(Path, $"index: expected it in {Quote.Text(shard)}, got no tensor of this name there", tensor);
            }
        }
    }

    private SafetensorsFile Shard(string name) => _shardOf.TryGetValue(name, out var shard)
        ? shard
        : throw new WeightsFormatException(Path, $"expected it among the {_names.Count} tensors, got none of this name", name);
}
