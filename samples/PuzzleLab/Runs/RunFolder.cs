using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hrm.Samples.PuzzleLab;

/// <summary>
/// What a run leaves behind: the model as last evaluated (<c>config.json</c>, <c>model.safetensors</c>), <c>run.json</c>,
/// <c>metrics.jsonl</c>, <c>tensorboard/</c>, and <c>checkpoints/</c> to go on from.
/// </summary>
internal sealed class RunFolder
{
    private const long MaxSettingsLength = 1 << 20;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public RunFolder(string path)
    {
        Path = path;
    }

    public string Path { get; }

    public string MetricsPath => System.IO.Path.Combine(Path, "metrics.jsonl");

    public string TensorBoardPath => System.IO.Path.Combine(Path, "tensorboard");

    public string CheckpointsPath => System.IO.Path.Combine(Path, "checkpoints");

    private string SettingsPath => System.IO.Path.Combine(Path, "run.json");

    /// <summary>The run that a folder with a model belongs to: a run, an export, or one of a run's checkpoints.</summary>
    /// <returns>The run; <see langword="null"/> if the model stands alone.</returns>
    public static RunFolder? OfModel(string folder)
        => new[] { folder, System.IO.Path.Combine(folder, "..", "..") }.Select(path => new RunFolder(path)).FirstOrDefault(run => File.Exists(run.SettingsPath));

    public void Create()
    {
        try
        {
            Directory.CreateDirectory(Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"--output: {Path}: {error.Message}");
        }
    }

    public void Save(LabSettings settings) => WholeFiles.Write(SettingsPath, JsonSerializer.Serialize(settings, Json));

    /// <summary>The settings of a run of a task.</summary>
    public LabSettings ReadSettings(LabTask task)
    {
        var settings = ReadSettings();
        return settings.Task == task.Name
            ? settings
            : throw new LabException($"{SettingsPath}: expected a run of {task.Name}, got one of {settings.Task}.");
    }

    /// <summary>The settings of a run of any task.</summary>
    public LabSettings ReadSettings()
    {
        try
        {
            var info = new FileInfo(SettingsPath);
            if (!info.Exists || info.Length > MaxSettingsLength)
            {
                throw new LabException($"{SettingsPath}: expected the settings of a run, at most {MaxSettingsLength} bytes; train a model first.");
            }

            var settings = JsonSerializer.Deserialize<LabSettings>(File.ReadAllText(SettingsPath), Json)
                ?? throw new LabException($"{SettingsPath}: expected a JSON object, got null.");
            SettingsReader.Check(settings);
            return settings;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new LabException($"{SettingsPath}: {error.Message}");
        }
    }
}
