using Hrm.Core;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Samples.PuzzleLab;

/// <summary>What a figure works with.</summary>
internal sealed class Laboratory
{
    /// <summary>The scale.</summary>
    public required ReproduceScale Scale { get; init; }

    /// <summary>The seeds that every model is trained with.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>Trains models, or finds them.</summary>
    public required ModelShelf Shelf { get; init; }

    /// <summary>Keeps what was measured.</summary>
    public required Measurements Kept { get; init; }

    /// <summary>The folder of report and pictures.</summary>
    public required string Folder { get; init; }

    /// <summary>Where models compute.</summary>
    public required torch.Device Device { get; init; }

    /// <summary>Told how it goes.</summary>
    public required IAnsiConsole Console { get; init; }

    /// <summary>Ends it all; what is done is kept.</summary>
    public required CancellationToken Cancellation { get; init; }

    /// <summary>The models of a plan, one for each seed.</summary>
    public IReadOnlyList<TrainedModel> Train(TrainingPlan plan) => [.. Seeds.Select(seed => Shelf.Get(plan, seed))];

    /// <summary>Measures a model on its test puzzles, or finds what was measured.</summary>
    /// <param name="name">What is measured.</param>
    /// <param name="model">The model.</param>
    /// <param name="key">What decides it beside the model.</param>
    /// <param name="measure">Measures.</param>
    public T Measure<T>(string name, TrainedModel model, object key, Func<HrmModel, LabDataset, T> measure)
        where T : class
        => Kept.Get(name, new { model.Key, key }, () =>
        {
            Cancellation.ThrowIfCancellationRequested();
            Console.WriteLine($"measuring {name}: {model.Plan.Name}, seed {model.Seed}");
            using var loaded = model.Load(Device);
            using var test = model.OpenTest();
            return measure(loaded, test);
        });

    /// <summary>How the answers of a model form, and where rules of halting stop.</summary>
    public Thinking Think(TrainedModel model)
    {
        var segments = Math.Max(2, 2 * model.Plan.Create().Trainer.Halting.MaxSegments);
        return Measure("thinking", model, segments, (loaded, test) => Thinking.Of(loaded, model.Plan.Create(), test, segments, Cancellation));
    }

    /// <summary>The share of test puzzles that models solve with as many segments as they were trained with.</summary>
    public Spread Exact(IEnumerable<TrainedModel> models) => Spread.Of(models.Select(model => 100 * Exact(model)));

    /// <inheritdoc cref="Exact(IEnumerable{TrainedModel})"/>
    public double Exact(TrainedModel model) => Think(model).ExactAfter(model.Plan.Create().Trainer.Halting.MaxSegments);

    /// <summary>Where a picture goes.</summary>
    public string PathOf(string file) => Path.Combine(Folder, file);
}
