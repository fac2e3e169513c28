using System.Globalization;
using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace Hrm.PyTorch;

/// <summary>
/// A checkpoint of the authors' training code: <c>all_config.yaml</c>, and a file <c>step_N</c> of <c>torch.save</c>.
/// <see cref="Load"/> makes a model of it; <see cref="Open"/> gives its two parts, for models that are composed by hand.
/// </summary>
/// <remarks>
/// The yaml has the architecture without vocabulary, number of puzzle ids and prefix: those follow from the shapes of the tensors.
/// The sequence length is in neither file. Source: https://github.com/sapientinc/HRM and
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
    private const string ConfigName = "all_config.yaml";
    private const string PublishedName = "checkpoint";

    private AuthorsCheckpoint(HrmConfig config, TorchSaveFile weights)
    {
        Config = config;
        Weights = weights;
    }

    /// <summary>The architecture. With <see cref="HasSharedLevel"/> both levels have the number of low blocks.</summary>
    public HrmConfig Config { get; }

    /// <summary>The tensors, under the names of the file; <see cref="HrmModel.LoadWeights"/> takes them.</summary>
    public TorchSaveFile Weights { get; }

    /// <summary>True if one module serves as both levels, as in the tiny recursive model: there are no keys <c>H_level.*</c>.</summary>
    public bool HasSharedLevel => ModelKeys.HaveSharedLevel(Weights.Names);

    /// <summary>Reads a model, also a tiny recursive model.</summary>
    /// <inheritdoc cref="Open" path="/exception"/>
    /// <param name="path"><inheritdoc cref="Open" path="/param[@name='path']"/></param>
    /// <param name="sequenceLength"><inheritdoc cref="Open" path="/param[@name='sequenceLength']"/></param>
    /// <param name="device">The device of the model; the CPU by default.</param>
    /// <param name="forwardDtype">The dtype to compute in instead of the config's: float32 or bfloat16.</param>
    /// <returns>The model; dispose it.</returns>
    public static HrmModel Load(string path, int sequenceLength, Device? device = null, ScalarType? forwardDtype = null)
    {
        using var checkpoint = Open(path, sequenceLength);
        return ModelFolder.Create(checkpoint.Config, checkpoint.Weights, device ?? CPU, forwardDtype);
    }

    /// <summary>Opens a checkpoint and derives its architecture; no weights are read yet.</summary>
    /// <param name="path">
    /// The folder, or a file of weights in it. In a folder the file <c>step_N</c> or <c>NAME_step_N</c> with the largest N is
    /// taken, otherwise <c>checkpoint</c>, as the published models name it.
    /// </param>
    /// <param name="sequenceLength">The number of tokens of a puzzle, without the prefix.</param>
    /// <returns>The open checkpoint; dispose it.</returns>
    /// <exception cref="HrmFileException">There is no such folder or file, or several files have the largest N.</exception>
    /// <exception cref="InvalidConfigException">The yaml is not valid or contradicts the tensors; all contradictions are listed.</exception>
    /// <exception cref="HrmFormatException">The file of weights is not valid.</exception>
    public static AuthorsCheckpoint Open(string path, int sequenceLength)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sequenceLength);
        var isFolder = Directory.Exists(path);
        if (!isFolder && !File.Exists(path))
        {
            throw new HrmFileException(path, "expected a folder of the authors' training, or a file of weights in one, got nothing of this name");
        }

        var config = ConfigOf(isFolder ? path : Path.GetDirectoryName(Path.GetFullPath(path))!);
        return TorchSaveFile.Open(isFolder ? FindWeights(path) : path)
            .GiveTo(weights => new AuthorsCheckpoint(AuthorsConfig.Read(config, weights, sequenceLength), weights));
    }

    /// <summary>Releases the file of weights.</summary>
    public void Dispose() => Weights.Dispose();

    private static string ConfigOf(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        return File.Exists(path) || !File.Exists(Path.Combine(folder, ModelFolder.ConfigName))
            ? path
            : throw new HrmFileException(path, $"the file does not exist; {ModelFolder.ConfigName} there is this library's: load it with HrmModel.Load(folder)");
    }

    private static string FindWeights(string folder)
    {
        var names = HrmFileException.Guard(folder, "could not be read", () =>
            Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToArray());
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

    [GeneratedRegex("^(?:.*_)?step_(0|[1-9][0-9]{0,17})$", RegexOptions.CultureInvariant)]
    private static partial Regex StepName();
}
