using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hrm.Core;
using static TorchSharp.torch;

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

    /// <summary>The version of the library that wrote it.</summary>
    public required string LibraryVersion { get; init; }

    /// <summary>Steps taken.</summary>
    public required long Step { get; init; }

    /// <summary>Threads of libtorch: with another number, sums are added in another order.</summary>
    public required int Threads { get; init; }

    public required GradientMode GradientMode { get; init; }

    public required TrainerOptions Trainer { get; init; }

    /// <summary>The data of the training; <see langword="null"/> without a stream.</summary>
    public DatasetIdentity? Data { get; init; }

    public required TrainingRunState Run { get; init; }

    public static CheckpointManifest Of(HrmTrainer trainer, TrainingRunState state, DatasetIdentity? data) => new()
    {
        FormatVersion = CurrentFormatVersion,
        LibraryVersion = typeof(HrmTrainer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        Step = trainer.StepCount,
        Threads = get_num_threads(),
        GradientMode = trainer.GradientMode,
        Trainer = trainer.Options,
        Data = data,
        Run = state,
    };

    public void Write(string folder)
        => AtomicFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this, TrainingJson.Default.CheckpointManifest));

    /// <exception cref="CheckpointException">The file is not a valid manifest of this version.</exception>
    public static CheckpointManifest Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var text = SmallTextFile.Read(path, MaxBytes, (problem, cause) => new CheckpointException(path, problem, cause));
        try
        {
            RequireKnownVersion(path, text);
            var manifest = JsonSerializer.Deserialize(text, TrainingJson.Default.CheckpointManifest) ?? throw new CheckpointException(path, "expected a JSON object, got null");
            manifest.RequireValid(path);
            return manifest;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second if a name contains half of a surrogate pair.
            throw new CheckpointException(path, error is JsonException json ? JsonFault.Describe(json) : error.Message, error);
        }
    }

    /// <summary>The settings in which two manifests differ, as "NAME was OLD".</summary>
    public IReadOnlyList<string> DifferencesTo(CheckpointManifest present)
    {
        var (old, now) = (Flatten(this), Flatten(present));
        return [.. old.Where(entry => !now.TryGetValue(entry.Key, out var value) || value != entry.Value).Select(entry => $"{entry.Key} was {entry.Value}")];

        static Dictionary<string, string> Flatten(CheckpointManifest manifest)
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in JsonSerializer.SerializeToElement(manifest, TrainingJson.Default.CheckpointManifest).EnumerateObject())
            {
                if (property.Name is "threads" or "gradient_mode" or "trainer" or "data")
                {
                    Add(property.Name, property.Value);
                }
            }

            return values;

            void Add(string path, JsonElement element)
            {
                if (element.ValueKind != JsonValueKind.Object)
                {
                    values[path] = element.ToString();
                    return;
                }

                // The option may leave the gradient to the trainer; the manifest's own field has the mode that was used.
                foreach (var property in element.EnumerateObject().Where(property => property.Name != "gradient_mode"))
                {
                    Add($"{path}:{property.Name}", property.Value);
                }
            }
        }
    }

    private void RequireValid(string path)
    {
        // A resumed run continues these counts: the bounds are far below an overflow.
        var errors = new RangeRules()
            .Between("step", Step, 0, long.MaxValue)
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
            throw new CheckpointException(path, string.Join("; ", errors));
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
            throw new CheckpointException(path, $"format_version: expected {CurrentFormatVersion}, got {version}");
        }
    }
}

/// <summary>Facts that tell the data of one training from that of another.</summary>
internal sealed record DatasetIdentity
{
    public int Examples { get; init; }

    public int Puzzles { get; init; }

    public int Groups { get; init; }

    public int SequenceLength { get; init; }

    public int VocabularySize { get; init; }

    public int BatchSize { get; init; }

    public int EpochsPerIteration { get; init; }

    public long Seed { get; init; }

    /// <summary>The SHA-256 of the identifiers; <see langword="null"/> if the dataset does not name its ids.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IdentifiersHash { get; init; }

    public static DatasetIdentity Of(TrainingStream stream) => new()
    {
        Examples = stream.Dataset.ExampleCount,
        Puzzles = stream.Dataset.PuzzleOffsets.Count - 1,
        Groups = stream.Dataset.GroupOffsets.Count - 1,
        SequenceLength = stream.Dataset.SequenceLength,
        VocabularySize = stream.Dataset.VocabularySize,
        BatchSize = stream.BatchSize,
        EpochsPerIteration = stream.Options.EpochsPerIteration,
        Seed = stream.Options.Seed,
        IdentifiersHash = (stream.Dataset as PuzzleDatasetFolder)?.IdentifiersHash,
    };

    /// <summary>Throws if the puzzle ids of a checkpoint's data mean other puzzles than these.</summary>
    public void RequireSameIds(string path, DatasetIdentity? saved)
    {
        if (saved?.IdentifiersHash is { } expected && expected != IdentifiersHash)
        {
            throw new CheckpointException(
                path, $"puzzle ids: expected the dataset that it was trained on, whose identifiers.json has the SHA-256 {expected}, got {IdentifiersHash ?? "a dataset without that file"}");
        }
    }
}
