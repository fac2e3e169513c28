using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>Checkpoints as the authors' code leaves them, made of small models.</summary>
internal static class AuthorsFolder
{
    /// <summary>The smallest model of the authors' rules: an inner width of 256, the next multiple.</summary>
    public static HrmConfig Config { get; } = TinyModel.Config with { SwiGluInnerWidth = null };

    /// <summary>A tiny recursive model: a prefix of 3 tokens, of which the puzzle embedding fills one.</summary>
    public static HrmConfig SharedConfig { get; } = Config with { PuzzlePrefixLength = 3, HighLayers = 2, LowLayers = 2 };

    public static HrmModel SharedModel(HrmConfig config, ulong seed = 1)
    {
        using var generator = new Generator(seed);
        var rotary = config is { PositionEncoding: PositionEncoding.Rope, MixTokens: false }
            ? new Layers.RotaryEmbedding(config.HiddenSize / config.Heads, config.TokenCount, config.RopeTheta)
            : null;
        var both = ReasoningModule.Create(config, config.LowLayers, rotary, generator);
        return new HrmModel(config, both, both, generator);
    }

    /// <summary>Exports a model with these weights, and changes its yaml.</summary>
    public static void Write(string folder, HrmConfig config, Func<string, string>? change = null, bool shared = false)
    {
        using var model = shared ? SharedModel(config) : TinyModel.Create(config);
        model.SaveForAuthors(folder);
        if (change is not null)
        {
            var path = Path.Combine(folder, "all_config.yaml");
            var before = File.ReadAllText(path);
            var after = change(before);
            after.Should().NotBe(before, "a test must change what it means to change");
            File.WriteAllText(path, after);
        }
    }
}
