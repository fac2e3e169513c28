using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Fuzz.Targets;

/// <summary>A saved model: the config against the weights beside it.</summary>
internal sealed class ModelFolderTarget : FuzzTarget
{
    private const string ConfigName = "config.json";

    public override IReadOnlyList<FuzzSeed> Seeds { get; } = [Saved(TinyModel.Create()), Saved(TinyModel.Create(TinyModel.Config with { PuzzleEmbeddingWidth = 0 })), Saved(TinyModel.CreateShared())];

    public override IReadOnlyList<string> Tokens { get; } =
        ["hidden_size", "seq_len", "vocab_size", "num_heads", "H_layers", "L_layers", "puzzle_emb_ndim", "num_puzzle_identifiers", "H_level", "L_level", "bfloat16", "learned", "dtype", "shape", "data_offsets", "F32"];

    public override void Read(string folder)
    {
        using var model = HrmModel.Load(folder);
        Require(model.Config.ParameterCount < 100_000, "a model is no larger than its weights");
    }

    private static FuzzSeed Saved(HrmModel made)
    {
        using var folder = new TemporaryFolder();
        using var model = made;
        model.Save(folder.Path);
        var seed = FuzzSeed.OfFolder(folder.Path);
        return seed with { Damaged = [.. seed.Damaged, ConfigName] };
    }
}
