using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>A model on disk: its config, and its weights beside it.</summary>
internal static class ModelFolder
{
    public const string ConfigName = "config.json";

    public static HrmModel Load(string folder, Device device, ScalarType? forwardDtype)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        RequireOwn(folder);
        var path = Path.Combine(folder, ConfigName);
        var config = HrmConfigJson.ReadFile(path);
        if (!WeightsFolder.Holds(folder))
        {
            throw new HrmFileException(folder, $"expected {WeightsFolder.SingleName} or {WeightsFolder.IndexName} for the config {path}, got neither");
        }

        using var weights = WeightsFolder.Open(folder);
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

    public static HrmModel LoadAuthors(string path, int sequenceLength, Device device)
    {
        using var checkpoint = AuthorsCheckpoint.Open(path, sequenceLength);
        return Create(checkpoint.Config, checkpoint.Weights, device);
    }

    public static void Save(HrmModel model, string folder, ScalarType? dtype, long? maxShardBytes)
    {
        if (dtype is not (null or ScalarType.Float32 or ScalarType.BFloat16))
        {
            throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "expected Float32 or BFloat16");
        }

        ArgumentException.ThrowIfNullOrEmpty(folder);
        using var use = model.Use();
        CreateFolder(folder);

        // Complete on the disk before the weights take their name, so that a full disk leaves the older model whole.
        using var config = StagedFile.Write(
            Path.Combine(folder, ConfigName),
            stream => stream.Write(Encoding.UTF8.GetBytes(model.Config.ToJson())));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var weights = model.state_dict();
        WeightsFolder.Save(folder, dtype == ScalarType.BFloat16 ? weights.Select(Narrow) : weights, metadata: null, maxShardBytes);
        config.Commit();
    }

    private static KeyValuePair<string, Tensor> Narrow(KeyValuePair<string, Tensor> entry)
        => KeyValuePair.Create(entry.Key, entry.Value.to_type(ScalarType.BFloat16));

    public static void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(folder, "could not be written", exception);
        }
    }

    private static HrmModel Create(HrmConfig config, IWeightsSource weights, Device device, ScalarType? forwardDtype = null)
    {
        // A shared module has the low level's size; H_layers says nothing then.
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

    /// <summary>The same weights in a model of another forward dtype; the given one is disposed.</summary>
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

    private static void RequireOwn(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        if (!File.Exists(path) && File.Exists(Path.Combine(folder, AuthorsCheckpoint.ConfigName)))
        {
            throw new HrmFileException(path, $"the file does not exist; {AuthorsCheckpoint.ConfigName} there is the authors': load it with HrmModel.Load(folder, sequenceLength)");
        }
    }

    /// <summary>Refuses a config that asks for more memory than the weights beside it fill, before any is taken.</summary>
    private static void RequireRoom(HrmConfig config, IWeightsSource weights)
    {
        var stored = weights.Names.Sum(name => weights.GetEntry(name).Shape.Aggregate(1L, (product, size) => product * size));
        var needed = config.ParameterCount + ((long)config.PuzzleIdCount * config.PuzzleEmbeddingWidth) + (2L * config.HiddenSize);
        if (needed > stored)
        {
            throw new WeightsFormatException(weights.Path, $"expected the {needed} values of the config beside it, got {stored}");
        }
    }
}
