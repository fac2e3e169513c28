using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>A model of a few thousand values with every part: both modules, positions, a puzzle embedding.</summary>
internal static class TinyModel
{
    public static HrmConfig Config { get; } = new()
    {
        SequenceLength = 5,
        VocabularySize = 7,
        HiddenSize = 16,
        Heads = 2,
        HighLayers = 1,
        LowLayers = 2,
        SwiGluInnerWidth = 24,
        PuzzleEmbeddingWidth = 16,
        PuzzleIdCount = 3,
        ForwardDtype = ScalarType.Float32,
    };

    /// <summary>The model with values in its puzzle embedding, in its Q head, its gates and its feedback, which start with zeros.</summary>
    public static HrmModel Create(HrmConfig? config = null, ulong seed = 1)
    {
        using var generator = new Generator(seed);
        var model = new HrmModel(config ?? Config, generator);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        model.PuzzleEmbedding?.Weights.normal_(0, 1, generator);
        model.state_dict()["q_head.weight"].normal_(0, 1, generator);
        foreach (var (_, gate) in model.named_parameters().Where(entry => entry.name.Contains(".merge.") || entry.name == "feedback.weight"))
        {
            gate.normal_(0, 0.3, generator);
        }

        return model;
    }

    public static PuzzleBatch Batch(int rows = 3, int seed = 1, bool labelled = false)
    {
        var random = new Random(seed);
        var inputs = Enumerable.Range(0, rows * Config.SequenceLength).Select(_ => random.Next(Config.VocabularySize)).ToArray();
        var ids = Enumerable.Range(0, rows).Select(_ => random.Next(Config.PuzzleIdCount)).ToArray();
        return PuzzleBatch.Create(inputs, labelled ? inputs : [], ids, Config.SequenceLength);
    }
}
