using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Microsoft.Extensions.Configuration;

namespace Hrm.Samples.PuzzleLab;

/// <summary>Lays a settings file and the keys of the command line over a preset, and checks the result.</summary>
internal static class SettingsReader
{
    /// <summary>Settings that the command line gives by options of its own when a run starts.</summary>
    private static readonly (string Key, string Instead)[] OfOptions =
    [
        (nameof(LabSettings.Task), "the command names the task"),
        (nameof(LabSettings.Data), "use --data, or --train and --test"),
        (nameof(LabSettings.Threads), "use --threads"),
        (nameof(LabSettings.InitialWeights), "use --init"),
    ];

    /// <summary>Refuses settings that would be lost at the start of a run, because options stand for them.</summary>
    public static void RequireNone(IEnumerable<string> overrides)
    {
        foreach (var key in overrides.Select(ParseOverride).Select(setting => setting.Key))
        {
            if (Array.Find(OfOptions, own => key.Split(':')[0].Equals(own.Key, StringComparison.OrdinalIgnoreCase)) is { Key: not null } found)
            {
                throw new LabException($"--set {key}: does nothing at the start of a run; {found.Instead}.");
            }
        }
    }

    public static LabSettings Read(LabSettings preset, string? file, IEnumerable<string> overrides)
    {
        try
        {
            var builder = new ConfigurationBuilder();
            if (file is not null)
            {
                builder.AddJsonFile(Path.GetFullPath(file), optional: false);
            }

            // One source each, so that the later of two settings of a key holds.
            foreach (var setting in overrides.Select(ParseOverride))
            {
                builder.AddInMemoryCollection([setting]);
            }

            builder.Build()
                .Bind(preset, binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (Exception error) when (error is InvalidOperationException or IOException or FormatException or UnauthorizedAccessException)
        {
            var reason = error.InnerException is null ? string.Empty : $" {error.InnerException.Message}";
            throw new LabException($"settings: {error.Message}{reason}");
        }

        Check(preset);
        return preset;
    }

    public static void Check(LabSettings settings)
    {
        settings.Model.Validate();
        var failures = new[]
        {
            new TrainerOptionsValidator().Validate(null, settings.Trainer),
            new SudokuAugmentationOptionsValidator().Validate(null, settings.Augmentation),
            new TrainingRunOptionsValidator().Validate(null, settings.Run),
        }
            .SelectMany(result => result.Failures ?? [])
            .Concat(LabTask.Of(settings.Task).FindFaults(settings))
            .Concat(Positive(nameof(settings.EpochsPerIteration), settings.EpochsPerIteration))
            .Concat(Positive(nameof(settings.KeepCheckpoints), settings.KeepCheckpoints))
            .Concat(Positive(nameof(settings.Evaluations), settings.Evaluations))
            .Concat(Positive(nameof(settings.EvaluationBatchSize), settings.EvaluationBatchSize))
            .ToArray();
        if (failures.Length > 0)
        {
            throw new InvalidConfigException("settings", failures);
        }
    }

    private static KeyValuePair<string, string?> ParseOverride(string text)
    {
        var split = text.IndexOf('=', StringComparison.Ordinal);
        if (split <= 0)
        {
            throw new LabException($"--set: expected KEY=VALUE, for instance Trainer:LearningRate=0.001, got '{text}'.");
        }

        return new KeyValuePair<string, string?>(text[..split].Trim(), text[(split + 1)..].Trim());
    }

    private static IEnumerable<string> Positive(string name, int value)
    {
        if (value < 1)
        {
            yield return $"{name}: expected at least 1, got {value}";
        }
    }
}
