using Hrm.Core;
using TorchSharp;

namespace Hrm.Fuzz.Targets;

/// <summary>A model of a few hundred values.</summary>
internal static class TinyModel
{
    public static HrmConfig Config { get; } = new()
    {
        SequenceLength = 6,
        VocabularySize = 5,
        PuzzleEmbeddingWidth = 8,
        PuzzleIdCount = 3,
        HighLayers = 1,
        LowLayers = 1,
        HiddenSize = 8,
        Heads = 2,
        SwiGluInnerWidth = 16,
        ForwardDtype = torch.ScalarType.Float32,
    };

    /// <summary>The config with the authors' inner width, for which their format has no field.</summary>
    public static HrmConfig AuthorsConfig { get; } = Config with { SwiGluInnerWidth = null };

    public static HrmModel Create(HrmConfig? config = null)
    {
        using var generator = new torch.Generator(1);
        return new HrmModel(config ?? Config, generator);
    }

    /// <summary>A model with one module for both levels.</summary>
    public static HrmModel CreateShared()
    {
        using var generator = new torch.Generator(1);
        var both = ReasoningModule.Create(Config, Config.LowLayers, ReasoningModule.CreateRotary(Config), generator);
        return new HrmModel(Config, both, both, generator);
    }

    /// <summary>Tensors of several types and shapes.</summary>
    public static Dictionary<string, torch.Tensor> Tensors() => new()
    {
        ["layers.0.weight"] = torch.arange(6, torch.ScalarType.Float32).reshape(2, 3),
        ["layers.0.bias"] = torch.ones(3, torch.ScalarType.BFloat16),
        ["steps"] = torch.arange(4, torch.ScalarType.Int64),
        ["mask"] = torch.zeros(2, 2, torch.ScalarType.Bool),
        ["scalar"] = torch.tensor(1f),
        ["empty"] = torch.empty(0, 7),
    };
}
