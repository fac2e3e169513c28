using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>Models of 16 values per token, and batches for them.</summary>
internal static class TinyModels
{
    public const int Rows = 4;

    public static HrmConfig Config { get; } = new()
    {
        SequenceLength = 6,
        VocabularySize = 5,
        PuzzleEmbeddingWidth = 16,
        PuzzleIdCount = 7,
        HighLayers = 1,
        LowLayers = 1,
        HiddenSize = 16,
        Heads = 2,
        SwiGluInnerWidth = 32,
        ForwardDtype = ScalarType.Float32,
    };

    public static HrmConfig TokenMixer { get; } = Config with
    {
        Mixing = TokenMixing.TokenMixer,
        TokenMixerInnerWidth = 16,
        PuzzleEmbeddingWidth = 0,
        PositionEncoding = PositionEncoding.None,
    };

    /// <summary>A model with random Q values and puzzle rows; with the initial ones, no row would halt before the last segment.</summary>
    public static HrmModel Create(HrmConfig? config = null, long seed = 1)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        using var noGradient = no_grad();
        var model = new HrmModel(config ?? Config, generator);
        var named = model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        named["q_head.weight"].normal_(0, 0.5, generator);
        named["q_head.bias"].zero_();
        model.PuzzleEmbedding?.Weights.normal_(0, 0.3, generator);
        named.GetValueOrDefault("feedback.weight")?.normal_(0, 0.5, generator);
        return model;
    }

    /// <summary>Random puzzles; the last token of each row has no label.</summary>
    public static PuzzleBatch Batch(int seed, int rows = Rows, int unlabelledRow = -1, int sequenceLength = 6)
    {
        var random = new Random(seed);
        var inputs = Enumerable.Range(0, rows * sequenceLength).Select(_ => random.Next(Config.VocabularySize)).ToArray();
        var labels = Enumerable.Range(0, rows * sequenceLength)
            .Select(index => index % sequenceLength == sequenceLength - 1 || index / sequenceLength == unlabelledRow
                ? PuzzleBatch.IgnoredLabel
                : random.Next(Config.VocabularySize))
            .ToArray();
        return PuzzleBatch.Create(inputs, labels, [.. Enumerable.Range(0, rows).Select(_ => random.Next(1, Config.PuzzleIdCount))], sequenceLength);
    }

    /// <summary>Every trained value, the puzzle rows included, in the order of their names.</summary>
    public static float[] Weights(HrmModel model)
    {
        using var scope = NewDisposeScope();
        var parameters = model.named_parameters().OrderBy(entry => entry.name, StringComparer.Ordinal).Select(entry => (Tensor)entry.parameter);
        return [.. parameters.Append(model.PuzzleEmbedding?.Weights ?? zeros(0)).SelectMany(tensor => tensor.detach().data<float>().ToArray())];
    }

    /// <summary>The gradients by name.</summary>
    public static Dictionary<string, float[]> Gradients(HrmModel model)
    {
        using var scope = NewDisposeScope();
        return model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.grad!.data<float>().ToArray());
    }
}
