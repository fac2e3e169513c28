using System.Reflection;
using System.Text.Json;
using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>What a checkpoint says of itself, as <c>checkpoint.json</c>.</summary>
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

    /// <summary>Threads of libtorch: another number adds up in another order.</summary>
    public required int Threads { get; init; }

    public required GradientMode GradientMode { get; init; }

    public required TrainerOptions Trainer { get; init; }

    /// <summary>What the training reads, as far as it can be told cheaply; <see langword="null"/> without a stream.</summary>
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

    /// <exception cref="CheckpointException">The file is no manifest that this version reads.</exception>
    public static CheckpointManifest Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var text = CheckpointFolder.ReadText(path, MaxBytes);
        try
        {
            RequireKnownVersion(path, text);
            var manifest = JsonSerializer.Deserialize(text, TrainingJson.Default.CheckpointManifest) ?? throw new CheckpointException(path, "expected a JSON object, got null");
            manifest.RequireValid(path);
            return manifest;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second where a name has half of a surrogate pair in it.
            throw new CheckpointException(path, error is JsonException json ? JsonFault.Describe(json) : error.Message, error);
        }
    }

    /// <summary>The settings by which two manifests differ, as "NAME was OLD".</summary>
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

                foreach (var property in element.EnumerateObject())
                {
                    Add($"{path}:{property.Name}", property.Value);
                }
            }
        }
    }

    private void RequireValid(string path)
    {
        // A run goes on counting from these: the bounds are far from where a sum would overflow.
        var errors = new RangeRules()
            .Between("step", Step, 0, long.MaxValue)
            .Between("run:sum_steps", Run.SumSteps, 0, MostCounted)
            .Between("run:rollbacks", Run.Rollbacks, 0, MostCounted)
            .Between("run:evaluations_since_best", Run.EvaluationsSinceBest, 0, MostCounted)
            .Check("run:trained", Run.Trained, Run.Trained >= TimeSpan.Zero && Run.Trained <= LongestTraining, $"0 to {LongestTraining.Days} days")
            .Check("run:reported", Run.Reported, Run.Reported >= TimeSpan.Zero && Run.Reported <= Run.Trained, $"0 to run:trained, {Run.Trained}")
            .Check("run:position", Run.Position, IsPlace(Run.Position), "numbers of at least 0")
            .Check("run:skipped", Run.Skipped.Count, Run.Skipped.All(IsPlace), "places with numbers of at least 0")
            .Errors;
        if (errors.Count > 0)
        {
            throw new CheckpointException(path, string.Join("; ", errors));
        }

        static bool IsPlace(SamplerPosition position) => position is { Iteration: >= 0, Batch: >= 0 };
    }

    /// <summary>Before the rest is read: a later version may have other fields.</summary>
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
