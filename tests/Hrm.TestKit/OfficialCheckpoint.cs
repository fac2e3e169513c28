using System.Text.Json;

namespace Hrm.TestKit;

/// <summary>A checkpoint of the authors' training, and the recorded model whose starting weights it contains.</summary>
public static class OfficialCheckpoint
{
    private const string Pattern = "official_checkpoint*";

    /// <summary>The folders of the checkpoints.</summary>
    public static IReadOnlyList<string> Folders() => GoldenFolders.Matching(Pattern);

    /// <summary>
    /// The folder of the recorded model: <c>models/NAME</c> beside a checkpoint <c>official_checkpoint_NAME</c>, and
    /// <c>rope_f32</c> beside any other.
    /// </summary>
    public static string ModelFolder(string checkpoint)
    {
        var models = Path.Combine(Path.GetDirectoryName(checkpoint)!, "models");
        var named = Path.Combine(models, Path.GetFileName(checkpoint)[(Pattern.Length - 1)..].TrimStart('_', '-'));
        return File.Exists(Path.Combine(named, "config.json")) ? named : Path.Combine(models, "rope_f32");
    }

    /// <summary>The sequence length of a recorded model, which checkpoints do not contain.</summary>
    public static int SequenceLength(string model)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(model, "config.json")));
        return json.RootElement.GetProperty("seq_len").GetInt32();
    }
}
