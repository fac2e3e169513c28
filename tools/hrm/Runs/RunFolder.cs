using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Hrm.Tool;

/// <summary>
/// The files of a run: the model as last evaluated (<c>config.json</c>, <c>model.safetensors</c>), <c>run.json</c>,
/// <c>metrics.jsonl</c>, <c>tensorboard/</c>, and <c>checkpoints/</c> to resume from.
/// </summary>
internal sealed class RunFolder(string path)
{
    private const int MaxSettingsBytes = 1 << 20;
    private const string CheckpointsName = "checkpoints";

    private static readonly JsonDocumentOptions Parsing = new()
    {
        MaxDepth = 16,
        AllowDuplicateProperties = false,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>The JSON format of settings.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        WriteIndented = true,
        MaxDepth = 16,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    public string Path { get; } = path;

    public string MetricsPath => System.IO.Path.Combine(Path, "metrics.jsonl");

    public string TensorBoardPath => System.IO.Path.Combine(Path, "tensorboard");

    public string CheckpointsPath => System.IO.Path.Combine(Path, CheckpointsName);

    private string SettingsPath => System.IO.Path.Combine(Path, "run.json");

    /// <summary>Returns the run or export that a model belongs to, also for a checkpoint of a run; <see langword="null"/> if there is none.</summary>
    public static RunFolder? OfModel(string folder)
    {
        var checkpoints = System.IO.Path.GetDirectoryName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder)));
        var ofCheckpoint = System.IO.Path.GetFileName(checkpoints) == CheckpointsName ? System.IO.Path.GetDirectoryName(checkpoints) : null;
        return new[] { folder, ofCheckpoint }.OfType<string>().Select(path => new RunFolder(path)).FirstOrDefault(run => File.Exists(run.SettingsPath));
    }

    public void Save(RunSettings settings) => WholeFiles.Write(SettingsPath, JsonSerializer.Serialize(settings, Json));

    /// <summary>Reads the settings of a run of a task.</summary>
    public RunSettings ReadSettings(ToolTask task)
    {
        var settings = ReadSettings();
        return settings.Task == task.Name
            ? settings
            : throw new UsageException($"{SettingsPath}: expected a run of {task.Name}, got one of {settings.Task}.");
    }

    /// <summary>Reads the settings of a run of any task.</summary>
    public RunSettings ReadSettings()
    {
        if (!File.Exists(SettingsPath))
        {
            throw new UsageException($"{SettingsPath}: expected the settings of a run, got no such file; train a model first.");
        }

        var settings = new JsonObject();
        SettingsReader.Merge(settings, ParseFile(SettingsPath), typeof(RunSettings), SettingsPath);
        return FromJson(settings, SettingsPath);
    }

    /// <summary>Converts settings to an object whose values can be replaced.</summary>
    public static JsonObject ToJson(RunSettings settings) => (JsonObject)JsonSerializer.SerializeToNode(settings, Json)!;

    /// <summary>Reads and checks settings.</summary>
    /// <param name="settings">All settings.</param>
    /// <param name="origin">The source of the settings, for messages.</param>
    /// <exception cref="UsageException">The settings are not valid.</exception>
    public static RunSettings FromJson(JsonObject settings, string origin)
    {
        try
        {
            var read = settings.Deserialize<RunSettings>(Json)!;
            SettingsReader.Check(read);
            return read;
        }
        catch (JsonException error)
        {
            throw new UsageException($"{origin}: {SettingsReader.Explain(settings, error)}");
        }
    }

    /// <summary>Reads the object of a JSON file.</summary>
    /// <exception cref="UsageException">The file cannot be read, is too long, or is not a JSON object.</exception>
    public static JsonObject ParseFile(string path, int maxBytes = MaxSettingsBytes)
    {
        try
        {
            return Parse(ReadText(path, maxBytes), path) as JsonObject
                ?? throw new UsageException($"{path}: expected a JSON object, got another value.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: {error.Message}");
        }
    }

    /// <summary>Parses JSON with comments and trailing commas.</summary>
    /// <exception cref="UsageException">The text is not valid JSON.</exception>
    public static JsonNode? Parse(string text, string origin)
    {
        try
        {
            var parsed = JsonNode.Parse(text, null, Parsing);
            _ = parsed?.ToJsonString(); // Decodes the texts, which can hold half of a surrogate pair.
            return parsed;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new UsageException($"{origin}: {error.Message}");
        }
    }

    /// <summary>Reads the text of a file of limited size.</summary>
    /// <exception cref="UsageException">The file is empty, too long, or not a regular file.</exception>
    public static string ReadText(string path, int maxBytes)
    {
        // A pipe or a device has length 0. Opening a pipe would wait for a writer.
        var file = (FileInfo?)File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path);
        if (file is { Exists: true, Length: 0 })
        {
            throw new UsageException($"{path}: expected a regular file with content, got an empty file, a device or a pipe.");
        }

        using var stream = File.OpenRead(path);
        var buffer = new byte[Math.Min(stream.Length, maxBytes) + 1];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        using var text = new StreamReader(new MemoryStream(buffer, 0, length < buffer.Length ? length : throw new UsageException($"{path}: expected at most {maxBytes} bytes, got more.")));
        return text.ReadToEnd();
    }
}
