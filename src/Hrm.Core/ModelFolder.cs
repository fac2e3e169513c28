using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>A folder with a model: its config, and its weights beside it.</summary>
internal static class ModelFolder
{
    public const string ConfigName = "config.json";
    public const string WeightsName = "model.safetensors";

    private const string ShardIndexName = "model.safetensors.index.json";
    private const string AuthorsConfigName = "all_config.yaml";

    public static HrmModel Load(string folder, Device device, ScalarType? forwardDtype)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var path = Path.Combine(folder, ConfigName);
        if (!File.Exists(path) && File.Exists(Path.Combine(folder, AuthorsConfigName)))
        {
            throw new HrmFileException(path, $"the file does not exist; {AuthorsConfigName} there is the authors': load it with AuthorsCheckpoint.Load of Hrm.PyTorch");
        }

        var config = HrmConfigJson.ReadFile(path);
        var weightsPath = Path.Combine(folder, WeightsName);
        if (!File.Exists(weightsPath) && File.Exists(Path.Combine(folder, ShardIndexName)))
        {
            throw new HrmFileException(folder, $"expected {WeightsName}, got {ShardIndexName}: weights in several files are not read, save them in one");
        }

        using var weights = SafetensorsFile.Open(weightsPath);
        try
        {
            return Create(config, weights, device, forwardDtype);
        }
        catch (WeightsFormatException error)
        {
            // Either of the two files may be the wrong one.
            throw error.With($"the config is {path}");
        }
    }

    public static void Save(HrmModel model, string folder, ScalarType? dtype)
    {
        if (dtype is not (null or ScalarType.Float32 or ScalarType.BFloat16))
        {
            throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "expected Float32 or BFloat16");
        }

        ArgumentException.ThrowIfNullOrEmpty(folder);
        using var use = model.Use();
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(folder, "could not be written", exception);
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var tensors = model.state_dict().Select(entry => dtype == ScalarType.BFloat16
            ? KeyValuePair.Create(entry.Key, entry.Value.to_type(ScalarType.BFloat16))
            : entry);

        // Both are complete on the disk before the first takes its name, so that a full disk leaves the older model as it was.
        using var config = StagedFile.Write(Path.Combine(folder, ConfigName), stream => stream.Write(Encoding.UTF8.GetBytes(model.Config.ToJson())));
        using var weights = SafetensorsWriter.Stage(Path.Combine(folder, WeightsName), tensors);
        weights.Commit();
        config.Commit();
    }

    /// <summary>Creates a model of a config with the weights of a file, which may be of a model with one module as both levels.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="device">The device of the model.</param>
    /// <param name="forwardDtype">The forward dtype, if it is not the one of the config.</param>
    /// <exception cref="WeightsFormatException">The weights do not fit the config.</exception>
    public static HrmModel Create(HrmConfig config, WeightsFile weights, Device device, ScalarType? forwardDtype = null)
    {
        // A shared module has the size of the low level; the number of high layers means nothing then.
        var hasSharedLevel = ModelKeys.HaveSharedLevel(weights.Names);
        config = hasSharedLevel ? config with { HighLayers = config.LowLayers } : config;
        RequireRoom(hasSharedLevel ? config with { HighLayers = 0, Merge = StateMerge.Add } : config, weights);
        var model = new HrmModel(config, hasSharedLevel);
        try
        {
            model.LoadWeights(weights);
            model = forwardDtype is { } dtype && dtype != config.ForwardDtype ? Recast(model, dtype, hasSharedLevel) : model;
            model.to(device);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Moves the weights to a model of another forward dtype; the given model is disposed.</summary>
    private static HrmModel Recast(HrmModel model, ScalarType forwardDtype, bool hasSharedLevel)
    {
        using var noGradient = no_grad();
        using (model)
        {
            var other = new HrmModel(model.Config with { ForwardDtype = forwardDtype }, hasSharedLevel);
            var stored = model.state_dict();
            foreach (var (name, tensor) in other.state_dict())
            {
                tensor.copy_(stored[name]);
            }

            return other;
        }
    }

    /// <summary>Refuses a config of more values than the weights beside it have, before memory is taken for them.</summary>
    private static void RequireRoom(HrmConfig config, WeightsFile weights)
    {
        var stored = weights.Names.Sum(name => weights.GetEntry(name).Shape.Aggregate(1L, (product, size) => product * size));
        var needed = config.ParameterCount + ((long)config.PuzzleIdCount * config.PuzzleEmbeddingWidth) + (2L * config.HiddenSize);
        if (needed > stored)
        {
            throw new WeightsFormatException(weights.Path, $"expected the {needed} values of the config beside it, got {stored}");
        }
    }
}
