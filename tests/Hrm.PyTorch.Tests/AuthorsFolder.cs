using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.PyTorch.Tests;

/// <summary>Small models, and their checkpoints as the authors' code writes them.</summary>
internal static class AuthorsFolder
{
    /// <summary>The smallest model that the authors' rules allow: its inner width is 256, the smallest multiple.</summary>
    public static HrmConfig Config { get; } = new()
    {
        SequenceLength = 5,
        VocabularySize = 7,
        HiddenSize = 16,
        Heads = 2,
        HighLayers = 1,
        LowLayers = 2,
        PuzzleEmbeddingWidth = 16,
        PuzzleIdCount = 3,
        RopeTheta = 10000,
        ForwardDtype = ScalarType.Float32,
    };

    /// <summary>A tiny recursive model: a prefix of 3 tokens, of which the puzzle embedding fills one.</summary>
    public static HrmConfig SharedConfig { get; } = Config with { PuzzlePrefixLength = 3, HighLayers = 2, LowLayers = 2 };

    public static HrmModel Model(HrmConfig config, ulong seed = 1)
    {
        using var generator = new Generator(seed);
        var model = new HrmModel(config, generator);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        model.PuzzleEmbedding?.Weights.normal_(0, 1, generator);
        return model;
    }

    public static HrmModel SharedModel(HrmConfig config, ulong seed = 1)
    {
        using var generator = new Generator(seed);
        var both = ReasoningModule.Create(config, config.LowLayers, ReasoningModule.CreateRotary(config), generator);
        return new HrmModel(config, both, both, generator);
    }

    /// <summary>Writes a checkpoint of a model with this config, and changes its yaml.</summary>
    public static void Write(string folder, HrmConfig config, Func<string, string>? change = null, bool shared = false)
    {
        using var model = shared ? SharedModel(config) : Model(config);
        AuthorsFiles.Write(folder, model);
        if (change is not null)
        {
            var path = Path.Combine(folder, "all_config.yaml");
            var before = File.ReadAllText(path);
            var after = change(before);
            after.Should().NotBe(before, "the replacement must occur in the yaml");
            File.WriteAllText(path, after);
        }
    }
}
