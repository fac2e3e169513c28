using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>A model on disk: its config, and its weights beside it.</summary>
internal static class ModelFolder
{
    public const string ConfigName = "config.json";

    public static HrmModel Load(string folder, Device device)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var config = HrmConfigJson.ReadFile(Path.Combine(folder, ConfigName));
        using var weights = WeightsFolder.Open(folder);
        RequireRoom(config, weights);
        var model = new HrmModel(config);
        try
        {
            model.LoadWeights(weights);
            model.to(device);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    public static void Save(HrmModel model, string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        CreateFolder(folder);

        // Complete on the disk before the weights take their name, so that a full disk leaves the older model whole.
        using var config = StagedFile.Write(
            Path.Combine(folder, ConfigName),
            stream => stream.Write(Encoding.UTF8.GetBytes(model.Config.ToJson())));
        WeightsFolder.Save(folder, model.state_dict());
        config.Commit();
    }

    private static void CreateFolder(string folder)
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
