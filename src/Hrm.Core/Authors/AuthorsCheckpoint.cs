using System.Globalization;
using System.Text.RegularExpressions;

namespace Hrm.Core;

/// <summary>
/// What the authors' training code leaves of a model: <c>all_config.yaml</c>, and a file <c>step_N</c> of
/// <c>torch.save</c>. <see cref="HrmModel.Load(string, int, TorchSharp.torch.Device?)"/> makes a model of it; this class gives its two
/// parts, for models that are composed by hand.
/// </summary>
/// <remarks>
/// The yaml holds the architecture without vocabulary, number of puzzle ids and prefix: those are read off the tensors' shapes.
/// The sequence length stands nowhere. Source: https://github.com/sapientinc/HRM and
/// https://github.com/SamsungSAILMontreal/TinyRecursiveModels.
/// </remarks>
/// <example>A tiny recursive model, one module in the place of both levels:<code>
/// using var checkpoint = AuthorsCheckpoint.Open("checkpoints/trm", sequenceLength: 81);
/// var both = ReasoningModule.Create(checkpoint.Config, checkpoint.Config.LowLayers, rotary, generator);
/// var model = new HrmModel(checkpoint.Config, both, both, generator);
/// model.LoadWeights(checkpoint.Weights);
/// </code></example>
public sealed partial class AuthorsCheckpoint : IDisposable
{
    internal const string ConfigName = "all_config.yaml";
    internal const string StepPrefix = "step_";

    private AuthorsCheckpoint(HrmConfig config, IWeightsSource weights, bool hasSharedLevel)
    {
        Config = config;
        Weights = weights;
        HasSharedLevel = hasSharedLevel;
    }

    /// <summary>The architecture. With <see cref="HasSharedLevel"/>, the number of low blocks stands for both levels.</summary>
    public HrmConfig Config { get; }

    /// <summary>The tensors, under the names of the file; <see cref="HrmModel.LoadWeights"/> takes them.</summary>
    public IWeightsSource Weights { get; }

    /// <summary>Whether one module serves as both levels, as in the tiny recursive model: there are no keys <c>H_level.*</c>.</summary>
    public bool HasSharedLevel { get; }

    /// <summary>Opens a checkpoint and works out its architecture; no weights are read yet.</summary>
    /// <param name="path">The folder, of whose files <c>step_N</c> the one with the largest N is taken; or one such file, beside its <c>all_config.yaml</c>.</param>
    /// <param name="sequenceLength">The number of tokens of a puzzle, without the prefix.</param>
    /// <returns>The open checkpoint; dispose it.</returns>
    /// <exception cref="HrmFileException">There is no such folder or file.</exception>
    /// <exception cref="InvalidConfigException">The yaml is missing, not valid, or contradicts the tensors; all contradictions are listed.</exception>
    /// <exception cref="WeightsFormatException">The file of weights is not valid.</exception>
    public static AuthorsCheckpoint Open(string path, int sequenceLength)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sequenceLength);
        var (config, file) = Find(path);
        var weights = TorchSaveFile.Open(file);
        try
        {
            var shapes = new AuthorsShapes(weights);
            return new AuthorsCheckpoint(AuthorsConfig.Read(config, shapes, sequenceLength), weights, !shapes.HasHighLevel);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Releases the file of weights.</summary>
    public void Dispose() => Weights.Dispose();

    private static (string Config, string File) Find(string path)
    {
        if (Directory.Exists(path))
        {
            return (RequireConfig(path), LastStep(path));
        }

        if (!File.Exists(path))
        {
            throw new HrmFileException(path, "expected a folder of the authors' training, or a file step_N in one, got nothing of this name");
        }

        return (RequireConfig(Path.GetDirectoryName(Path.GetFullPath(path))!), path);
    }

    private static string RequireConfig(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        return File.Exists(path) || !File.Exists(Path.Combine(folder, ModelFolder.ConfigName))
            ? path
            : throw new InvalidConfigException(path, [$"the file does not exist; {ModelFolder.ConfigName} there is this library's: load it with HrmModel.Load(folder)"]);
    }

    private static string LastStep(string folder)
    {
        try
        {
            return Directory.EnumerateFiles(folder)
                .Where(file => StepName().IsMatch(Path.GetFileName(file)))
                .MaxBy(file => long.Parse(Path.GetFileName(file)[StepPrefix.Length..], CultureInfo.InvariantCulture))
                ?? throw new HrmFileException(folder, "expected a file step_N of the authors' training, got none");
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(folder, "could not be read", exception);
        }
    }

    [GeneratedRegex("^step_(0|[1-9][0-9]{0,17})$", RegexOptions.CultureInvariant)]
    private static partial Regex StepName();
}
