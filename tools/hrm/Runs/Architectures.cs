using Hrm.Core;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Hrm.Tool;

/// <summary>Creates the models that runs train.</summary>
internal static class Architectures
{
    /// <summary>Creates a model with the budget of an HRM.</summary>
    public static HrmModel Create(Architecture architecture, HrmConfig config, torch.Generator generator) => architecture switch
    {
        Architecture.Shared => CreateShared(config, generator),
        Architecture.Recurrent => CreatePlain(config, UpdatesOfSegment(config), generator),
        Architecture.Direct => CreatePlain(config, 1, generator),
        _ => new HrmModel(config, generator),
    };

    /// <summary>Loads the model of a run or an export.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="settings">The settings of the run.</param>
    /// <param name="device">The device.</param>
    /// <param name="dtype">The forward dtype; by default that of the config.</param>
    public static HrmModel Load(string folder, RunSettings settings, torch.Device device, torch.ScalarType? dtype)
    {
        if (settings.Architecture is Architecture.Hrm or Architecture.Shared)
        {
            return HrmModel.Load(folder, device, dtype);
        }

        RequireRoom(settings, [folder]);
        using var generator = new torch.Generator((ulong)settings.Seed);
        return HrmModel.Load(folder, device, dtype, config => Create(settings.Architecture, settings.Model with { ForwardDtype = config.ForwardDtype }, generator));
    }

    /// <summary>Refuses settings whose model has more values than the stored weights, before memory is allocated.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="folders">The folders of the weights: the largest counts, and an unreadable one is ignored unless all are.</param>
    /// <exception cref="HrmException">The weights are too few, or no weights can be read.</exception>
    public static void RequireRoom(RunSettings settings, IEnumerable<string> folders)
    {
        var (stored, problem) = (0L, (HrmException?)null);
        foreach (var folder in folders)
        {
            try
            {
                using var weights = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
                stored = Math.Max(stored, CountValues(weights));
            }
            catch (HrmException error)
            {
                problem ??= error;
            }
        }

        if (stored == 0 && problem is not null)
        {
            throw problem;
        }

        RequireRoom(settings.Architecture, settings.Model, stored);
    }

    /// <summary>Refuses a config that has more values than weights, before memory is allocated.</summary>
    public static void RequireRoom(Architecture architecture, HrmConfig config, WeightsFile weights) => RequireRoom(architecture, config, CountValues(weights));

    private static long CountValues(WeightsFile weights) => weights.Names.Sum(name => weights.GetEntry(name).Shape.Aggregate(1L, (product, size) => product * size));

    private static void RequireRoom(Architecture architecture, HrmConfig config, long stored)
    {
        // The shared architecture has one module, L, and one merge; the plain ones have no merge.
        var counted = architecture switch
        {
            Architecture.Hrm => config,
            Architecture.Shared => config with { HighLayers = 0, Merge = StateMerge.Add },
            _ => config with { Merge = StateMerge.Add },
        };
        var needed = counted.ParameterCount + ((long)config.PuzzleIdCount * config.PuzzleEmbeddingWidth);
        if (stored < needed)
        {
            throw new UsageException($"settings: expected a model that fits the weights of the run, {stored} values, got one of {needed}.");
        }
    }

    /// <summary>Returns the number of updates per segment, of both modules together: N · (T + 1).</summary>
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

/// <summary>L of a model without a hierarchy: <c>(zL, zH + x) → f(zH + x)</c>. With <see cref="TakeLow"/> as H: z ← f(z + x).</summary>
internal sealed class OnInjection : nn.Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "blocks")]
    private readonly ReasoningModule _blocks;

    public OnInjection(ReasoningModule blocks)
        : base(nameof(OnInjection))
    {
        _blocks = blocks;
        RegisterComponents();
    }

    public override Tensor forward(Tensor state, Tensor injection)
    {
        using var nothing = zeros(1, injection.dtype, injection.device);
        return _blocks.call(injection, nothing); // [B, S, D]
    }
}

/// <summary>H of a model without a hierarchy: <c>(zH, zL) → zL</c>.</summary>
internal sealed class TakeLow() : nn.Module<Tensor, Tensor, Tensor>(nameof(TakeLow))
{
    public override Tensor forward(Tensor state, Tensor injection) => injection; // [B, S, D]
}
