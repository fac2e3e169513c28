using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Hrm.Tool;

/// <summary>
/// The files of a run: the model as last evaluated (<c>config.json</c>, <c>model.safetensors</c>), <c>run.json</c>,
/// <c>metrics.jsonl</c>, <c>tensorboard/</c>, and <c>checkpoints/</c> to resume from.
/// </summary>
internal sealed class RunFolder
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

    public RunFolder(string path)
    {
        Path = path;
    }

    /// <summary>How settings are written and read.</summary>
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

    public string Path { get; }

    public string MetricsPath => System.IO.Path.Combine(Path, "metrics.jsonl");

    public string TensorBoardPath => System.IO.Path.Combine(Path, "tensorboard");

    public string CheckpointsPath => System.IO.Path.Combine(Path, CheckpointsName);

    private string SettingsPath => System.IO.Path.Combine(Path, "run.json");

    /// <summary>The run that a folder with a model belongs to: a run, an export, or one of a run's checkpoints.</summary>
    /// <returns>The run; <see langword="null"/> if the model belongs to no run.</returns>
    public static RunFolder? OfModel(string folder)
    {
        var checkpoints = System.IO.Path.GetDirectoryName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder)));
        var ofCheckpoint = System.IO.Path.GetFileName(checkpoints) == CheckpointsName ? System.IO.Path.GetDirectoryName(checkpoints) : null;
        return new[] { folder, ofCheckpoint }.OfType<string>().Select(path => new RunFolder(path)).FirstOrDefault(run => File.Exists(run.SettingsPath));
    }

    public void Create()
    {
        try
        {
            Directory.CreateDirectory(Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--output: {Path}: {error.Message}");
        }
    }

    public void Save(RunSettings settings) => WholeFiles.Write(SettingsPath, JsonSerializer.Serialize(settings, Json));

    /// <summary>The settings of a run of a task.</summary>
    public RunSettings ReadSettings(ToolTask task)
    {
        var settings = ReadSettings();
        return settings.Task == task.Name
            ? settings
            : throw new UsageException($"{SettingsPath}: expected a run of {task.Name}, got one of {settings.Task}.");
    }

    /// <summary>The settings of a run of any task.</summary>
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

    /// <summary>Settings as an object whose values can be replaced.</summary>
    public static JsonObject ToJson(RunSettings settings) => (JsonObject)JsonSerializer.SerializeToNode(settings, Json)!;

    /// <summary>Reads and checks settings.</summary>
    /// <param name="settings">All of them.</param>
    /// <param name="origin">Where they come from, for messages.</param>
    /// <exception cref="UsageException">They are not valid.</exception>
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

    /// <summary>The object of a JSON file.</summary>
    /// <exception cref="UsageException">There is no such file, it is too long, or is not a JSON object.</exception>
    public static JsonObject ParseFile(string path)
    {
        try
        {
            return Parse(ReadText(path, MaxSettingsBytes), path) as JsonObject
                ?? throw new UsageException($"{path}: expected a JSON object, got another value.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: {error.Message}");
        }
    }

    /// <summary>Parses JSON, in which comments and trailing commas are allowed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="origin">The file or option that it comes from, for messages.</param>
    /// <exception cref="UsageException">The text is not valid JSON.</exception>
    public static JsonNode? Parse(string text, string origin)
    {
        try
        {
            var parsed = JsonNode.Parse(text, null, Parsing);
            _ = parsed?.ToJsonString(); // Texts are decoded as late as this.
            return parsed;
        }
        catch (InvalidOperationException error)
        {
            // A name or text has half of a surrogate pair in it.
            throw new UsageException($"{origin}: expected texts of whole characters: {error.Message}");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new UsageException($"{origin}: {error.Message}");
        }
    }

    /// <summary>The text of a file, of which no more is read than may be.</summary>
    /// <exception cref="UsageException">The file is empty, longer, or not a regular one.</exception>
    public static string ReadText(string path, int maxBytes)
    {
        // The length of a pipe or device is 0. It is not opened: that would wait for a writer.
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
