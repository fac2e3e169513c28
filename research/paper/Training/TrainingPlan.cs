using Hrm.Core;
using Hrm.Training;

namespace Hrm.Paper;

/// <summary>A model of a figure, for any seed.</summary>
/// <param name="Name">The name in the report.</param>
/// <param name="Source">The puzzles.</param>
/// <param name="Create">Creates the settings.</param>
internal sealed record TrainingPlan(string Name, PuzzleSet Source, Func<RunSettings> Create)
{
    /// <summary>Approximate bytes that a block with gradients keeps per value of its state.</summary>
    private const long BytesOfValue = 60;

    /// <summary>Approximate bytes that a step may take; 0 for no limit. Larger batches are split, which changes no result.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>M, the largest number of segments in training.</summary>
    public int MaxSegments => Create().Trainer.Halting.MaxSegments;

    /// <summary>The settings for a seed.</summary>
    public RunSettings For(int seed)
    {
        var settings = Create();
        settings.Seed = seed;
        settings.Data = new RunData { Folder = Source.Folder };
        if (MemoryLimit > 0)
        {
            var row = Blocks(settings).Gradient * (long)settings.Model.TokenCount * settings.Model.HiddenSize * BytesOfValue;
            var rows = (int)Math.Clamp(MemoryLimit / row, 1, settings.Trainer.GlobalBatchSize);
            settings.Trainer.MicroBatchSize = rows < settings.Trainer.GlobalBatchSize ? rows : 0;
        }

        return settings;
    }

    /// <summary>A plan with some settings changed.</summary>
    public TrainingPlan With(string name, Action<RunSettings> change) => this with
    {
        Name = name,
        Create = () =>
        {
            var settings = Create();
            change(settings);
            return settings;
        },
    };

    /// <summary>The number of blocks applied per segment, and of those that record gradients.</summary>
    public static (int Forward, int Gradient) Blocks(RunSettings settings)
    {
        var config = settings.Model;
        var (high, low) = settings.Architecture switch
        {
            Architecture.Shared => (config.LowLayers, config.LowLayers),
            Architecture.Hrm => (config.HighLayers, config.LowLayers),
            _ => (config.HighLayers + config.LowLayers, config.HighLayers + config.LowLayers),
        };
        var cycle = (config.LowCycles * low) + high;
        return settings.Architecture == Architecture.Direct
            ? (high, high)
            : (config.HighCycles * cycle, settings.Trainer.GradientMode switch
            {
                GradientMode.FullUnroll => config.HighCycles * cycle,
                GradientMode.LastCycle when settings.Architecture != Architecture.Recurrent => cycle,
                _ when settings.Architecture == Architecture.Recurrent => high,
                _ => high + low,
            });
    }
}
