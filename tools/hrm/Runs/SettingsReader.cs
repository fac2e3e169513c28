using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Tool;

/// <summary>Merges a settings file and the keys of the command line into a preset or the settings of a run, and checks the result.</summary>
internal static class SettingsReader
{
    private const int MostRows = 1 << 20;

    /// <summary>The maximum number of threads in the settings of a run, which may come from a larger machine.</summary>
    private const int MostStoredThreads = 4096;

    /// <summary>Settings that the options of the command decide when a run starts.</summary>
    private static readonly string[] OfOptions =
    [
        nameof(RunSettings.Task), nameof(RunSettings.Data), nameof(RunSettings.Threads), nameof(RunSettings.Device), nameof(RunSettings.AllowTensorFloat32),
        nameof(RunSettings.InitialWeights), nameof(RunSettings.NewIds), nameof(RunSettings.Frozen),
    ];

    /// <summary>Settings that change only what is reported and kept.</summary>
    private static readonly string[] Free = [nameof(RunSettings.KeepCheckpoints), nameof(RunSettings.PrefetchBatches), "Run:CheckpointTime"];

    /// <summary>Settings that do the same, unless the run stops or rolls back by its measurements.</summary>
    private static readonly string[] FreeWithoutRules =
    [
        nameof(RunSettings.Evaluations), nameof(RunSettings.EvaluationBatchSize),
        "Run:ReportInterval", "Run:EvaluationInterval", "Run:CheckpointInterval",
    ];

    /// <summary>Refuses <c>--config</c> and <c>--set</c> of settings that the options of the command decide: the values would be ignored.</summary>
    public static void RequireSame(RunSettings initial, RunSettings settings)
    {
        if (FindOfOptions(initial, settings) is { } found)
        {
            throw new UsageException($"--config, --set: {found} does nothing at the start of a run; use the options of the command.");
        }
    }

    /// <summary>Returns the first changed setting that the options of the command decide, or <see langword="null"/>.</summary>
    public static string? FindOfOptions(RunSettings initial, RunSettings settings)
        => Differences(initial, settings).Select(item => item.Key.Split(':')[0]).FirstOrDefault(OfOptions.Contains);

    /// <summary>Returns settings in which those of a file, then those of the command line replace others.</summary>
    /// <param name="settings">The settings to start with; not changed.</param>
    /// <param name="file">A JSON file, or <see langword="null"/>.</param>
    /// <param name="overrides">KEY=VALUE; the last one wins.</param>
    /// <exception cref="UsageException">A key is unknown, or a value is not valid.</exception>
    public static RunSettings Read(RunSettings settings, string? file, IEnumerable<string> overrides)
    {
        var merged = RunFolder.ToJson(settings);
        if (file is not null)
        {
            Merge(merged, RunFolder.ParseFile(file), typeof(RunSettings), file);
        }

        foreach (var text in overrides)
        {
            Merge(merged, ParseOverride(text), typeof(RunSettings), "--set");
        }

        return RunFolder.FromJson(merged, "settings");
    }

    /// <summary>Returns the changes of a resumed run that would change its result, as "KEY was OLD, is NEW".</summary>
    /// <param name="run">The settings of the run.</param>
    /// <param name="resumed">The settings to resume it with.</param>
    /// <param name="isMeasured">Whether the evaluations during the training are a part of the result.</param>
    public static IReadOnlyList<string> FindChanges(RunSettings run, RunSettings resumed, bool isMeasured = false)
    {
        var isFixed = isMeasured || run.Run.Patience > 0 || run.Run.StopAtTrainingAccuracy > 0 || run.Run.MaxRollbacks > 0;
        return [.. Differences(run, resumed).Where(item => !Free.Contains(item.Key) && (isFixed || !FreeWithoutRules.Contains(item.Key))).Select(item => item.Text)];
    }

    /// <summary>Checks settings.</summary>
    /// <exception cref="UsageException">Settings are not valid; all are listed.</exception>
    public static void Check(RunSettings settings)
    {
        string[] failures =
        [
            .. ErrorsOf(settings.Model),
            .. settings.Trainer.FindErrors(),
            .. settings.Augmentation.FindErrors(),
            .. settings.Run.FindErrors(),
            .. ToolTask.Of(settings.Task).FindFaults(settings),
            .. Between(nameof(settings.EpochsPerIteration), settings.EpochsPerIteration, 1, int.MaxValue),
            .. Between(nameof(settings.PrefetchBatches), settings.PrefetchBatches, 0, MostRows),
            .. Between(nameof(settings.KeepCheckpoints), settings.KeepCheckpoints, 1, int.MaxValue),
            .. Between(nameof(settings.Evaluations), settings.Evaluations, 1, int.MaxValue),
            .. Between(nameof(settings.EvaluationBatchSize), settings.EvaluationBatchSize, 1, MostRows),
            .. Between(nameof(settings.Threads), settings.Threads, 0, MostStoredThreads),
            .. (settings.Frozen ?? []).Where(string.IsNullOrEmpty).Select(name => $"{nameof(settings.Frozen)}: expected beginnings of names, got '{name ?? "null"}'"),
            .. settings.Data.Train.Concat(settings.Data.Test).Append(settings.Data.Folder).Append(settings.InitialWeights)
                .Where(path => path is null || path.Contains('\0', StringComparison.Ordinal))
                .Select(path => $"Data, InitialWeights: expected paths, got '{path ?? "null"}'"),
        ];
        if (failures.Length > 0)
        {
            throw new UsageException($"settings: {string.Join("; ", failures)}.");
        }
    }

    /// <summary>Merges an object into another; lists and values are replaced.</summary>
    /// <param name="target">The object to change.</param>
    /// <param name="source">The new values.</param>
    /// <param name="type">The type of both objects.</param>
    /// <param name="origin">The name of the source, for messages.</param>
    /// <param name="path">The key of the objects, with a colon at its end.</param>
    /// <exception cref="UsageException">A key is unknown or repeated, or a value replaces a group of settings.</exception>
    public static void Merge(JsonObject target, JsonObject source, Type type, string origin, string path = "")
    {
        var names = new Dictionary<string, string>();
        foreach (var (name, value) in source)
        {
            var property = Find(type, name, $"{origin}: {path}");
            if (!names.TryAdd(property.Name, name))
            {
                throw new UsageException($"{origin}: {path}{name}: expected each setting once, got {path}{names[property.Name]} too.");
            }

            if (!IsGroup(property.PropertyType))
            {
                target[property.Name] = Normalize(property.PropertyType, value?.DeepClone());
                continue;
            }

            var group = value as JsonObject ?? throw new UsageException($"{origin}: {path}{name}: expected a group of settings, got {value?.ToJsonString() ?? "null"}.");
            if (target[property.Name] is not JsonObject own)
            {
                target[property.Name] = own = [];
            }

            Merge(own, group, property.PropertyType, origin, $"{path}{name}:");
        }
    }

    /// <summary>Describes the error of a value that could not be read, with its key and without the names of types.</summary>
    public static string Explain(JsonObject settings, JsonException error)
    {
        var (node, type, key) = ((JsonNode?)settings, typeof(RunSettings), string.Empty);
        foreach (var name in (error.Path ?? string.Empty).Split('.', '[').Skip(1).TakeWhile(_ => node is JsonObject))
        {
            if (Properties(type).FirstOrDefault(property => property.Name == name) is not { } property)
            {
                break;
            }

            (node, type, key) = (node![name], property.PropertyType, key.Length == 0 ? name : $"{key}:{name}");
        }

        const string Missing = "including: ";
        var missing = error.Message.IndexOf(Missing, StringComparison.Ordinal);
        return node is not JsonObject || !IsGroup(type) ? $"{key}: expected {(type == typeof(torch.ScalarType) ? TorchOptions.DtypeText : Words.Describe(type))}, got {node?.ToJsonString() ?? "null"}."
            : missing >= 0 ? $"{key}: expected every required setting, got none for {error.Message[(missing + Missing.Length)..].Split(". Path")[0]}"
            : error.Message;
    }

    /// <summary>Converts a text of the command line to its JSON value.</summary>
    private static JsonNode? Normalize(Type type, JsonNode? value)
    {
        if (value is not JsonValue || !((JsonValue)value).TryGetValue<string>(out var text))
        {
            return value;
        }

        return Nullable.GetUnderlyingType(type) is not null && text.Length == 0 ? null
            : type == typeof(bool) && bool.TryParse(text, out var flag) ? JsonValue.Create(flag)
            : type.IsArray && text.StartsWith('[') ? RunFolder.Parse(text, "--set")
            : type == typeof(torch.ScalarType) ? JsonValue.Create(text.ToLowerInvariant())
            : value;
    }

    private static JsonPropertyInfo Find(Type type, string name, string path)
    {
        var known = Properties(type).ToArray();
        return Array.Find(known, property => IsNamed(property, name))
            ?? throw new UsageException($"{path}{name}: expected one of {string.Join(", ", known.Where(IsPublic).Select(MemberOf))}.");
    }

    /// <summary>A setting of the model has two names: that of its JSON file and that of C#.</summary>
    private static bool IsNamed(JsonPropertyInfo property, string name)
        => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || MemberOf(property).Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Keys of older files are not public.</summary>
    private static bool IsPublic(JsonPropertyInfo property) => property.AttributeProvider is PropertyInfo { GetMethod.IsPublic: true };

    private static string MemberOf(JsonPropertyInfo property) => (property.AttributeProvider as MemberInfo)?.Name ?? property.Name;

    private static IEnumerable<JsonPropertyInfo> Properties(Type type) => RunFolder.Json.GetTypeInfo(type).Properties.Where(property => property.Set is not null);

    private static bool IsGroup(Type type) => RunFolder.Json.GetTypeInfo(type).Kind == JsonTypeInfoKind.Object;

    private static IEnumerable<(string Key, string Text)> Differences(RunSettings run, RunSettings resumed)
        => Differences(RunFolder.ToJson(run), RunFolder.ToJson(resumed), string.Empty);

    private static IEnumerable<(string Key, string Text)> Differences(JsonObject run, JsonObject resumed, string path)
    {
        return run.Select(item => item.Key).Union(resumed.Select(item => item.Key)).SelectMany(name =>
            run[name] is JsonObject before && resumed[name] is JsonObject after ? Differences(before, after, $"{path}{name}:")
            : JsonNode.DeepEquals(run[name], resumed[name]) ? []
            : [($"{path}{name}", $"{path}{name} was {Show(run[name])}, is {Show(resumed[name])}")]);

        static string Show(JsonNode? value) => value?.ToJsonString() ?? "not set";
    }

    /// <summary>Converts KEY=VALUE, with colons between the names of groups, to the object that a file would have.</summary>
    private static JsonObject ParseOverride(string text)
    {
        var split = text.IndexOf('=', StringComparison.Ordinal);
        if (split <= 0)
        {
            throw new UsageException($"--set: expected KEY=VALUE, for example Trainer:LearningRate=0.001, got '{text}'.");
        }

        JsonNode value = JsonValue.Create(text[(split + 1)..].Trim());
        return (JsonObject)text[..split].Trim().Split(':').Reverse().Aggregate(value, (inner, name) => new JsonObject { [name] = inner });
    }

    private static IReadOnlyList<string> ErrorsOf(HrmConfig config)
    {
        try
        {
            config.Validate();
            return [];
        }
        catch (InvalidConfigException error)
        {
            return error.Errors;
        }
    }

    private static IEnumerable<string> Between(string name, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            yield return $"{name}: expected {least} to {most}, got {value}";
        }
    }
}
