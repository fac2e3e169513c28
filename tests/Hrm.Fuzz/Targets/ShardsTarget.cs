using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Fuzz.Targets;

internal sealed class ShardsTarget : FuzzTarget
{
    private const string IndexName = "model.safetensors.index.json";

    public override IReadOnlyList<FuzzSeed> Seeds { get; } = [Sharded()];

    public override IReadOnlyList<string> Tokens { get; } =
        ["weight_map", "metadata", "total_size", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "../x.safetensors", "mask", "steps"];

    public override void Read(string folder)
    {
        using var weights = WeightsFolder.Open(folder);
        WeightsReading.ReadAll(weights);
    }

    /// <summary>The index twice, so that it is damaged as often as the shards together.</summary>
    private static FuzzSeed Sharded()
    {
        using var folder = new TemporaryFolder();
        WeightsFolder.Save(folder.Path, TinyModel.Tensors(), maxShardBytes: 48);
        var seed = FuzzSeed.OfFolder(folder.Path);
        return seed with { Damaged = [.. seed.Damaged, .. Enumerable.Repeat(IndexName, seed.Damaged.Count - 1)] };
    }
}
