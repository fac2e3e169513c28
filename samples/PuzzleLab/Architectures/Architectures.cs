using Hrm.Core;
using TorchSharp;

namespace Hrm.Samples.PuzzleLab;

/// <summary>Puts the models together that runs train.</summary>
internal static class Architectures
{
    /// <summary>Creates a model.</summary>
    /// <param name="architecture">What it is made of.</param>
    /// <param name="config">The config of the HRM that it is compared with.</param>
    /// <param name="generator">Draws the weights.</param>
    public static HrmModel Create(Architecture architecture, HrmConfig config, torch.Generator generator) => architecture switch
    {
        Architecture.Shared => CreateShared(config, generator),
        Architecture.Recurrent => CreatePlain(config, UpdatesOfSegment(config), generator),
        Architecture.Direct => CreatePlain(config, 1, generator),
        _ => new HrmModel(config, generator),
    };

    /// <summary>Reads the model of a run.</summary>
    /// <param name="folder">The folder of the run, or of an export.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="device">Where the model goes.</param>
    /// <param name="dtype">The dtype to compute in, over that of the config.</param>
    public static HrmModel Load(string folder, LabSettings settings, torch.Device device, torch.ScalarType? dtype)
    {
        if (settings.Architecture == Architecture.Hrm)
        {
            return HrmModel.Load(folder, device, dtype);
        }

        if (dtype is not null && dtype != settings.Model.ForwardDtype)
        {
            throw new LabException($"--dtype: expected {settings.Model.ForwardDtype}, which the run was trained in: only the architecture Hrm takes another one, got {dtype}.");
        }

        RequireRoom(settings.Model, [folder]);
        using var generator = new torch.Generator((ulong)settings.Seed);
        var model = Create(settings.Architecture, settings.Model, generator);
        try
        {
            using var weights = WeightsFolder.Open(folder);
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

    /// <summary>Refuses settings whose model is far larger than the weights that are there, before memory is taken for it.</summary>
    /// <param name="config">The sizes of the settings.</param>
    /// <param name="folders">The folders of the weights; the largest counts.</param>
    /// <exception cref="LabException">The weights are of a smaller model.</exception>
    public static void RequireRoom(HrmConfig config, IEnumerable<string> folders)
    {
        // Two levels may share their weights, and a value takes at least two bytes.
        var least = config.ParameterCount + (2L * config.PuzzleIdCount * config.PuzzleEmbeddingWidth);
        foreach (var folder in folders)
        {
            var bytes = Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*.safetensors").Sum(file => file.Length) : 0;
            if (bytes >= least)
            {
                return;
            }
        }

        throw new LabException($"settings: expected a model that fits the weights of the run, got one of {config.ParameterCount} values.");
    }

    /// <summary>The updates of a segment, of both modules together: N · (T + 1).</summary>
    public static int UpdatesOfSegment(HrmConfig config) => config.HighCycles * (config.LowCycles + 1);

    private static HrmModel CreateShared(HrmConfig config, torch.Generator generator)
    {
        var both = ReasoningModule.Create(config, config.LowLayers, ReasoningModule.CreateRotary(config), generator);
        return new HrmModel(config, both, both, generator);
    }

    private static HrmModel CreatePlain(HrmConfig config, int updates, torch.Generator generator)
    {
        var blocks = ReasoningModule.Create(config with { Merge = StateMerge.Add }, config.HighLayers + config.LowLayers, ReasoningModule.CreateRotary(config), generator);
        return new HrmModel(config with { HighCycles = updates, LowCycles = 1 }, new TakeLow(), new OnInjection(blocks), generator);
    }
}
