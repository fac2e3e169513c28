using System.Text.Json;
using Hrm.Core;
using TorchSharp;

namespace Hrm.TestKit;

/// <summary>A checkpoint as the authors' training leaves it, and the recorded model whose starting weights it should hold.</summary>
public static class OfficialCheckpoint
{
    private const string Pattern = "official_checkpoint*";

    /// <summary>The folders of the checkpoints.</summary>
    public static IReadOnlyList<string> Folders() => GoldenFolders.Matching(Pattern);

    /// <summary>
    /// The folder of the recorded model: <c>models/NAME</c> beside a checkpoint <c>official_checkpoint_NAME</c>, and
    /// <c>rope_f32</c> beside any other.
    /// </summary>
    /// <param name="checkpoint">The checkpoint's folder.</param>
    public static string ModelFolder(string checkpoint)
    {
        var models = Path.Combine(Path.GetDirectoryName(checkpoint)!, "models");
        var named = Path.Combine(models, Path.GetFileName(checkpoint)[(Pattern.Length - 1)..].TrimStart('_', '-'));
        return File.Exists(Path.Combine(named, "config.json")) ? named : Path.Combine(models, "rope_f32");
    }

    /// <summary>The sequence length of a recorded model, which no checkpoint holds.</summary>
    /// <param name="model">The recorded model's folder.</param>
    public static int SequenceLength(string model)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(model, "config.json")));
        return json.RootElement.GetProperty("seq_len").GetInt32();
    }

    /// <summary>The checkpoint's model, also where one module serves as both levels.</summary>
    /// <param name="path">The checkpoint's folder or file.</param>
    /// <param name="sequenceLength">The number of tokens of a puzzle.</param>
    public static HrmModel Load(string path, int sequenceLength)
    {
        using var checkpoint = AuthorsCheckpoint.Open(path, sequenceLength);
        return checkpoint.HasSharedLevel ? Compose(checkpoint) : HrmModel.Load(path, sequenceLength);
    }

    private static HrmModel Compose(AuthorsCheckpoint checkpoint)
    {
        var config = checkpoint.Config;
        using var generator = new torch.Generator(0);
        var both = ReasoningModule.Create(config, config.LowLayers, ReasoningModule.CreateRotary(config), generator);
        var model = new HrmModel(config, both, both, generator);
        model.LoadWeights(checkpoint.Weights);
        return model;
    }
}
