using Hrm.Core;
using Hrm.PyTorch;
using TorchSharp;

namespace Hrm.Tool;

/// <summary>
/// A model that a command opens: a run, one of its checkpoints or an export; a folder that <c>HrmModel.Save</c> wrote; or a checkpoint
/// of the authors' code.
/// </summary>
internal sealed class ModelSource
{
    private const string ConfigName = "config.json";
    private const string WeightsName = "model.safetensors";
    private const string AuthorsConfigName = "all_config.yaml";
    private const int MaxConfigBytes = 1 << 20;

    private readonly OwnModules? _modules;

    private ModelSource(string path, RunSettings? run, bool isOfAuthors, OwnModules? modules)
    {
        Path = path;
        Run = run;
        IsOfAuthors = isOfAuthors;
        _modules = modules;
    }

    /// <summary>The folder; for the authors' code it can be a file of weights in one.</summary>
    public string Path { get; }

    /// <summary>Whether it is a checkpoint of the authors' code, whose files do not have the number of tokens per puzzle.</summary>
    public bool IsOfAuthors { get; }

    /// <summary>The settings of the training; <see langword="null"/> if the folder does not have them.</summary>
    public RunSettings? Run { get; }

    /// <summary>Recognises a model; reads no weights.</summary>
    /// <param name="path">The folder, or a file of weights of the authors' code.</param>
    /// <param name="modules">The modules of the model that the command line names.</param>
    /// <param name="task">The task that a run must have; any by default.</param>
    public static ModelSource Open(string path, OwnModules? modules = null, ToolTask? task = null)
    {
        if (RunFolder.OfModel(path) is { } folder)
        {
            var run = task is null ? folder.ReadSettings() : folder.ReadSettings(task);
            OwnModules.RequireFor(run.Model, path, modules);
            return new ModelSource(path, run, isOfAuthors: false, modules);
        }

        var (isFile, isFolder) = (File.Exists(path), Directory.Exists(path));
        if (isFolder && File.Exists(System.IO.Path.Combine(path, ConfigName)))
        {
            var source = new ModelSource(path, null, isOfAuthors: false, modules);
            OwnModules.RequireFor(source.ReadConfig(sequenceLength: 0), path, modules);
            return source;
        }

        var parent = isFile ? System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))! : path;
        if ((isFile || isFolder) && File.Exists(System.IO.Path.Combine(parent, AuthorsConfigName)))
        {
            return modules is null
                ? new ModelSource(path, null, isOfAuthors: true, null)
                : throw new UsageException($"--modules: does nothing with {path}, a checkpoint of the authors' code; leave it out.");
        }

        const string Expected = $"expected a run (run.json), a model ({ConfigName}, {WeightsName}) or a checkpoint of the authors' code ({AuthorsConfigName})";
        throw isFile || isFolder
            ? new UsageException($"{path}: {Expected}, got none of these files.")
            : new HrmFileException(path, $"{Expected}, got nothing of this name");
    }

    /// <summary>Returns the settings of the run, or those that an evaluation needs, with the largest number of segments of the paper.</summary>
    /// <param name="task">The task of the command.</param>
    /// <param name="sequenceLength">The number of tokens per puzzle, only for a checkpoint of the authors' code.</param>
    public RunSettings CreateSettings(ToolTask task, int sequenceLength)
    {
        if (Run is not null)
        {
            return Run;
        }

        var config = ReadConfig(sequenceLength);
        var preset = task.CreateSettings(task.Presets[0], new PuzzleSize(config.SequenceLength, config.VocabularySize, config.PuzzleIdCount), new RunData());
        return new RunSettings { Task = task.Name, Model = config, EvaluationBatchSize = preset.EvaluationBatchSize };
    }

    /// <summary>Makes settings start a run with this model: its architecture, with the ids of the puzzles if they are new.</summary>
    /// <param name="settings">The settings of the new run, to change.</param>
    /// <param name="training">The training puzzles.</param>
    /// <exception cref="UsageException">The model does not fit the puzzles.</exception>
    public void Initialize(RunSettings settings, NamedDataset training)
    {
        var size = PuzzleSize.Of(training.Examples);
        var config = ReadConfig(size.SequenceLength);
        if (settings.NewIds && config.PuzzleEmbeddingWidth == 0)
        {
            throw new UsageException($"--new-ids: expected a model with a puzzle embedding, got {Path}, which has none.");
        }

        if (!settings.NewIds && Run is not null)
        {
            training.RequireIdsOf(Run.Data, Path);
        }

        var fitted = size.Fit(config);
        var hasFreeIds = settings.NewIds || config.PuzzleEmbeddingWidth == 0;
        var expected = hasFreeIds ? config with { PuzzleIdCount = size.PuzzleIdCount } : config;
        if (config is { Mixing: TokenMixing.Convolution, PositionEncoding: not PositionEncoding.Learned })
        {
            // The weights do not depend on the size of the grid.
            expected = expected with { SequenceLength = size.SequenceLength };
        }

        if (fitted != expected)
        {
            throw new UsageException($"--init: expected a model for the puzzles, {Describe(fitted)}, got {Path} for {Describe(config)}{(hasFreeIds ? string.Empty : "; --new-ids gives it the puzzles' ids")}.");
        }

        using var weights = OpenWeights(size.SequenceLength);
        var isShared = _modules is null && !weights.Names.Any(name => name.Contains("H_level.", StringComparison.Ordinal));
        (settings.Model, settings.Architecture) = (fitted, Run?.Architecture ?? (isShared ? Architecture.Shared : Architecture.Hrm));

        static string Describe(HrmConfig config) => $"{Words.Count(config.SequenceLength, "token")} of {Words.Count(config.VocabularySize, "value")} and {Words.Count(config.PuzzleIdCount, "id")}";
    }

    /// <summary>Opens the weights; the caller disposes them.</summary>
    public WeightsFile OpenWeights(int sequenceLength)
        => IsOfAuthors ? AuthorsCheckpoint.Open(Path, sequenceLength).Weights : SafetensorsFile.Open(System.IO.Path.Combine(Path, WeightsName));

    /// <summary>Loads the model.</summary>
    /// <param name="sequenceLength">The number of tokens per puzzle, only for a checkpoint of the authors' code.</param>
    /// <param name="device">The device.</param>
    /// <param name="dtype">The forward dtype; by default that of the config.</param>
    public HrmModel Load(int sequenceLength, torch.Device device, torch.ScalarType? dtype)
    {
        using var generator = new torch.Generator(0); // Its weights are overwritten.
        return IsOfAuthors ? AuthorsCheckpoint.Load(Path, sequenceLength, device, dtype)
            : _modules is not null ? HrmModel.Load(Path, device, dtype, config => _modules.Create(config, generator))
            : Run is not null ? Architectures.Load(Path, Run, device, dtype)
            : HrmModel.Load(Path, device, dtype);
    }

    /// <summary>Returns the halting rule of the run, or the rule that the Q-head of the loaded model was trained for.</summary>
    public HaltingRule RuleOf(HrmModel model) => Run?.Trainer.Halting.Rule ?? SolverOptions.RuleOf(model);

    private HrmConfig ReadConfig(int sequenceLength)
    {
        if (Run is not null)
        {
            return Run.Model;
        }

        if (IsOfAuthors)
        {
            using var checkpoint = AuthorsCheckpoint.Open(Path, sequenceLength);
            return checkpoint.Config;
        }

        var path = System.IO.Path.Combine(Path, ConfigName);
        try
        {
            return HrmConfig.FromJson(RunFolder.ReadText(path, MaxConfigBytes));
        }
        catch (InvalidConfigException error)
        {
            throw new InvalidConfigException(path, error.Errors);
        }
    }
}
