using System.Globalization;
using System.Text.RegularExpressions;

namespace Hrm.Core;

/// <summary>
/// A model as the authors' training code saves it: <c>all_config.yaml</c>, and a file <c>step_N</c> of
/// <c>torch.save</c>. <see cref="HrmModel.Load(string, int, TorchSharp.torch.Device?)"/> makes a model of it; this class gives its two
/// parts, for models that are composed by hand.
/// </summary>
/// <remarks>
/// The yaml holds the architecture without vocabulary, number of puzzle ids and prefix: those are read off the tensors' shapes.
/// The sequence length stands nowhere. Source: https://github.com/sapientinc/HRM and
/// https://github.com/SamsungSAILMontreal/TinyRecursiveModels.
/// </remarks>
/// <example>A tiny recursive model with a module of your own as both levels:<code>
/// using var checkpoint = AuthorsCheckpoint.Open("checkpoints/trm", sequenceLength: 81);
/// var both = ReasoningModule.Create(checkpoint.Config, checkpoint.Config.LowLayers, rotary, generator);
/// var model = new HrmModel(checkpoint.Config, both, both, generator);
/// model.LoadWeights(checkpoint.Weights);
/// </code></example>
public sealed partial class AuthorsCheckpoint : IDisposable
{
    internal const string ConfigName = "all_config.yaml";
    internal const string StepPrefix = "step_";

    private const string PublishedName = "checkpoint";

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
    /// <param name="path">
    /// The folder, or a file of weights in it. Of a folder's files <c>step_N</c> and <c>NAME_step_N</c> the one with the largest N is
    /// taken, otherwise <c>checkpoint</c>, as the published models name it.
    /// </param>
    /// <param name="sequenceLength">The number of tokens of a puzzle, without the prefix.</param>
    /// <returns>The open checkpoint; dispose it.</returns>
    /// <exception cref="HrmFileException">There is no such folder or file, or no file of weights is the only one with the largest N.</exception>
    /// <exception cref="InvalidConfigException">The yaml is not valid or contradicts the tensors; all contradictions are listed.</exception>
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
            return (RequireConfig(path), FindWeights(path));
        }

        if (!File.Exists(path))
        {
            throw new HrmFileException(path, "expected a folder of the authors' training, or a file of weights in one, got nothing of this name");
        }

        return (RequireConfig(Path.GetDirectoryName(Path.GetFullPath(path))!), path);
    }

    private static string RequireConfig(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        return File.Exists(path) || !File.Exists(Path.Combine(folder, ModelFolder.ConfigName))
            ? path
            : throw new HrmFileException(path, $"the file does not exist; {ModelFolder.ConfigName} there is this library's: load it with HrmModel.Load(folder)");
    }

    private static string FindWeights(string folder)
    {
        try
        {
            var names = Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToArray();
            var last = names.Select(name => (Name: name, Match: StepName().Match(name)))
                .Where(file => file.Match.Success)
                .GroupBy(file => long.Parse(file.Match.Groups[1].Value, CultureInfo.InvariantCulture), file => file.Name)
                .MaxBy(group => group.Key)?.ToArray()
                ?? [.. names.Where(name => name == PublishedName)];
            return last.Length == 1
                ? Path.Combine(folder, last[0])
                : throw new HrmFileException(
                    folder,
                    last.Length > 1
                        ? $"expected one file of weights with the largest step, got {ModelKeys.Some(last)}: give the path of one of them"
                        : $"expected a file of weights, step_N, NAME_step_N or {PublishedName}, got {ModelKeys.Some(names)}: if one of these is it, give its path");
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(folder, "could not be read", exception);
        }
    }

    [GeneratedRegex("^(?:.*_)?step_(0|[1-9][0-9]{0,17})$", RegexOptions.CultureInvariant)]
    private static partial Regex StepName();
}
