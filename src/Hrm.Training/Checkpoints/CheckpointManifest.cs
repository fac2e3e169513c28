using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hrm.Layers.Kernels;

namespace Hrm.Training;

/// <summary>The settings and counters of a checkpoint, <c>checkpoint.json</c>.</summary>
internal sealed record CheckpointManifest
{
    public const string FileName = "checkpoint.json";
    public const int CurrentFormatVersion = 1;

    private const int MaxBytes = 1 << 20;
    private const int MostCounted = 1_000_000_000;

    private static readonly TimeSpan LongestTraining = TimeSpan.FromDays(36_500);

    public required int FormatVersion { get; init; }

    public required string LibraryVersion { get; init; }

    public required long Step { get; init; }

    /// <summary>Threads of libtorch: with another number, sums are added in another order.</summary>
    public required int Threads { get; init; }

    /// <summary>Replicas of the trainer: with another number, sums are added in another order.</summary>
    public int Replicas
    {
        get;
        init => field = value == 0 ? 1 : value; // Generated JSON code sets 0 if the key is missing.
    }

    /// <summary>The library that multiplies float32 matrices; <see langword="null"/> if an earlier version did not record it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MatrixLibrary { get; init; }

    public required GradientMode GradientMode { get; init; }

    public required TrainerOptions Trainer { get; init; }

    /// <summary>The losses and optimizers that the options do not describe, see <see cref="HrmTrainer.OwnParts"/>.</summary>
    public string OwnParts
    {
        get;
        init => field = value ?? string.Empty; // Generated JSON code sets null if the key is missing.
    } = string.Empty;

    /// <summary>The data of the training; <see langword="null"/> without a stream.</summary>
    public DatasetIdentity? Data { get; init; }

    public required TrainingRunState Run { get; init; }

    public static CheckpointManifest Of(HrmTrainer trainer, TrainingRunState state, DatasetIdentity? data) => new()
    {
        FormatVersion = CurrentFormatVersion,
        LibraryVersion = typeof(HrmTrainer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        Step = trainer.StepCount,
        Threads = get_num_threads(),
        Replicas = trainer.Replicas,
        MatrixLibrary = Products.Library,
        GradientMode = trainer.GradientMode,
        OwnParts = trainer.OwnParts,
        Trainer = trainer.Options,
        Data = data,
        Run = state,
    };

    public void Write(string folder)
        => AtomicFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this, CheckpointJson.Default.CheckpointManifest));

    /// <exception cref="HrmFormatException">The file is not a valid manifest of this version.</exception>
    public static CheckpointManifest Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var text = SmallTextFile.Read(path, MaxBytes);
        var manifest = JsonFault.Guard(path, () =>
        {
            RequireKnownVersion(path, text);
            return JsonSerializer.Deserialize(text, CheckpointJson.Default.CheckpointManifest);
        });
        manifest.RequireValid(path);
        return manifest;
    }

    /// <summary>The settings in which two manifests differ, as "NAME was OLD".</summary>
    public IReadOnlyList<string> DifferencesTo(CheckpointManifest present)
    {
        return
        [
            .. ToJson(this).EnumerateObject()
                .Where(property => property.Name is "threads" or "replicas" or "matrix_library" or "gradient_mode" or "own_parts" or "trainer" or "data")
                .SelectMany(property => Differences(property.Name, property.Value, Find(ToJson(present), property.Name))),
        ];

        static JsonElement ToJson(CheckpointManifest manifest) => JsonSerializer.SerializeToElement(manifest, CheckpointJson.Default.CheckpointManifest);

        static JsonElement Find(JsonElement parent, string name)
            => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default;

        static IEnumerable<string> Differences(string path, JsonElement old, JsonElement now) => old.ValueKind != JsonValueKind.Object
            ? old.ToString() == now.ToString() ? [] : [$"{path} was {old}"]
            : old.EnumerateObject()
                .Where(property => property.Name is not ("gradient_mode" or "replicas")) // The manifest's own fields have what was used.
                .SelectMany(property => Differences($"{path}:{property.Name}", property.Value, Find(now, property.Name)));
    }

    private void RequireValid(string path)
    {
        // A resumed run continues these counts: the bounds are far below an overflow.
        var errors = new RangeRules()
            .Between("step", Step, 0, long.MaxValue)
            .Between("replicas", Replicas, 1, ReplicaGroup.MostReplicas)
            .Between("run:sum_steps", Run.SumSteps, 0, MostCounted)
            .Between("run:rollbacks", Run.Rollbacks, 0, MostCounted)
            .Between("run:evaluations_since_best", Run.EvaluationsSinceBest, 0, MostCounted)
            .Check("run:trained", Run.Trained, Run.Trained >= TimeSpan.Zero && Run.Trained <= LongestTraining, $"0 to {LongestTraining.Days} days")
            .Check("run:reported", Run.Reported, Run.Reported >= TimeSpan.Zero && Run.Reported <= Run.Trained, $"0 to run:trained, {Run.Trained}")
            .Check("run:position", Run.Position, IsValid(Run.Position), "numbers of at least 0")
            .Check("run:skipped", Run.Skipped.Count, Run.Skipped.All(IsValid), "positions with numbers of at least 0")
            .Errors;
        if (errors.Count > 0)
        {
            throw new HrmFormatException(string.Join("; ", errors), path);
        }

        static bool IsValid(SamplerPosition position) => position is { Iteration: >= 0, Batch: >= 0 };
    }

    /// <summary>Runs before the rest is read: a later version may have other fields.</summary>
    private static void RequireKnownVersion(string path, string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
        var version = document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("format_version", out var property)
            && property.ValueKind == JsonValueKind.Number
            && property.TryGetInt32(out var number)
            ? number
            : 0;
        if (version != CurrentFormatVersion)
        {
            throw new HrmFormatException($"format_version: expected {CurrentFormatVersion}, got {version}", path);
        }
    }
}

/// <summary>Facts that distinguish the data of one training from that of another.</summary>
/// <remarks>The hash is the SHA-256 of the identifiers; <see langword="null"/> if the dataset does not name its ids.</remarks>
internal sealed record DatasetIdentity(
    int Examples,
    int Puzzles,
    int Groups,
    int SequenceLength,
    int VocabularySize,
    int BatchSize,
    int EpochsPerIteration,
    long Seed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? IdentifiersHash)
{
    public static DatasetIdentity Of(TrainingStream stream) => new(
        stream.Dataset.ExampleCount,
        stream.Dataset.PuzzleOffsets.Count - 1,
        stream.Dataset.GroupOffsets.Count - 1,
        stream.Dataset.SequenceLength,
        stream.Dataset.VocabularySize,
        stream.BatchSize,
        stream.Options.EpochsPerIteration,
        stream.Options.Seed,
        (stream.Dataset as PuzzleDatasetFolder)?.IdentifiersHash);

    /// <summary>Throws if the puzzle ids of a checkpoint's data mean other puzzles than these.</summary>
    public void RequireSameIds(string path, DatasetIdentity? saved)
    {
        if (saved?.IdentifiersHash is { } expected && expected != IdentifiersHash)
        {
            throw new HrmFormatException(
                $"puzzle ids: expected the dataset that it was trained on, whose identifiers.json has the SHA-256 {expected}, got {IdentifiersHash ?? "a dataset without that file"}",
                path);
        }
    }
}

/// <summary>Generated JSON code: trimmed, native and file-based applications have no reflection for it.</summary>
/// <remarks>It sets an init-only property whose key is missing to null or 0, not to the property's default.</remarks>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    MaxDepth = 8,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CheckpointManifest))]
internal sealed partial class CheckpointJson : JsonSerializerContext;

/// <summary>The state of a run besides the tensors of the trainer: position in the data, metrics and counters.</summary>
internal sealed record TrainingRunState
{
    /// <summary>The position of the next batch.</summary>
    public SamplerPosition Position { get; init; }

    public IReadOnlyList<SamplerPosition> Skipped
    {
        get;
        init => field = value ?? []; // Generated JSON code sets null if the key is missing.
    } = [];

    /// <summary>The time spent in training steps.</summary>
    public TimeSpan Trained { get; init; }

    /// <summary>The sums of the metrics since the last report.</summary>
    public MetricSums Sums { get; init; }

    /// <summary>The time spent in training steps up to the last report.</summary>
    public TimeSpan Reported { get; init; }

    /// <summary>The steps since the last report.</summary>
    public long SumSteps { get; init; }

    /// <summary>The mean exact accuracy in training of the last report; 0 before the first.</summary>
    public double TrainingExactAccuracy { get; init; }

    /// <summary>The step of the last evaluation; 0 before the first.</summary>
    public long EvaluatedStep { get; init; }

    public double? BestExactAccuracy { get; init; }

    public long BestStep { get; init; }

    /// <summary>The step of the best evaluation whose checkpoint was saved; that checkpoint is kept.</summary>
    public long? BestCheckpoint { get; init; }

    public int EvaluationsSinceBest { get; init; }

    /// <summary>The step of the last checkpoint, if only time was the reason to save it; the next one replaces it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? TimedCheckpoint { get; init; }

    public TrainingRunOptions? Options { get; init; }

    /// <summary>The number of rollbacks to a checkpoint after a divergence.</summary>
    public int Rollbacks { get; init; }
}
