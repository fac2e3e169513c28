using System.Text.Json;

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
}
