using System.Globalization;
using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.TestKit;

/// <summary>Writes checkpoints as the authors' training code saves them.</summary>
public static class AuthorsFiles
{
    private const string KeyPrefix = "_orig_mod.model.inner.";

    private static readonly Dictionary<ScalarType, string> Storages = new()
    {
        [ScalarType.Float32] = "FloatStorage",
        [ScalarType.BFloat16] = "BFloat16Storage",
    };

    /// <summary>Writes <c>all_config.yaml</c> and <c>step_N</c> of a model whose architecture the authors' code has.</summary>
    public static void Write(string folder, HrmModel model, long step = 0)
    {
        Directory.CreateDirectory(folder);
        var state = model.state_dict();
        WriteTensors(Path.Combine(folder, FormattableString.Invariant($"step_{step}")), state.Select(entry => (KeyPrefix + entry.Key, entry.Value)));
        File.WriteAllText(Path.Combine(folder, "all_config.yaml"), Yaml(model.Config, !state.Keys.Any(key => key.StartsWith("H_level.", StringComparison.Ordinal))));
    }

    /// <summary>Writes a state dict with one storage per tensor.</summary>
    public static void WriteTensors(string path, IEnumerable<(string Name, Tensor Value)> tensors)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var items = tensors.Select((item, i) => (Key: $"{i}", item.Name, Value: item.Value.cpu().contiguous())).ToArray();
        var pickle = PickleProgram.StateDictionary(it => Array.ForEach(items, item => it.Text(item.Name)
            .Tensor(item.Key, item.Value.NumberOfElements, 0, item.Value.shape, item.Value.stride(), Storages[item.Value.dtype])));
        File.WriteAllBytes(path, ZipBytes.OfPickle(pickle, [.. items.Select(item => (item.Key, item.Value.bytes.ToArray()))]));
    }

    private static string Yaml(HrmConfig config, bool hasSharedLevel) => string.Create(CultureInfo.InvariantCulture, $"""
        # all_config.yaml
        arch:
          name: hrm.hrm_act_v1@HierarchicalReasoningModel_ACTV1
          H_cycles: {config.HighCycles}
          H_layers: {(hasSharedLevel ? 0 : config.HighLayers)}
          L_cycles: {config.LowCycles}
          L_layers: {config.LowLayers}
          expansion: {config.Expansion:0.0###}
          forward_dtype: {(config.ForwardDtype == ScalarType.BFloat16 ? "bfloat16" : "float32")}
          hidden_size: {config.HiddenSize}
          num_heads: {config.Heads}
          pos_encodings: {config.PositionEncoding.ToString().ToLowerInvariant()}
          puzzle_emb_ndim: {config.PuzzleEmbeddingWidth}
          rms_norm_eps: {config.RmsNormEpsilon}
          rope_theta: {config.RotaryBase:0.0###}
        {(hasSharedLevel ? $"  mlp_t: {(config.Mixing == TokenMixing.TokenMixer ? "true" : "false")}\n  puzzle_emb_len: {config.PrefixLength}\n" : string.Empty)}
        """);
}
