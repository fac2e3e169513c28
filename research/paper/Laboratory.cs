using Hrm.Core;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Paper;

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

    /// <summary>What is run, for the report.</summary>
    public required string Command { get; init; }

    /// <summary>Where models compute.</summary>
    public required torch.Device Device { get; init; }

    /// <summary>Receives progress.</summary>
    public required IAnsiConsole Console { get; init; }

    /// <summary>Cancels the work; finished parts are kept.</summary>
    public required CancellationToken Cancellation { get; init; }

    /// <summary>The models of a plan, one for each seed.</summary>
    public IReadOnlyList<TrainedModel> Train(TrainingPlan plan) => [.. Seeds.Select(seed => Shelf.Get(plan, seed))];

    /// <summary>Measures a model on its test puzzles, or finds what was measured.</summary>
    /// <param name="name">What is measured.</param>
    /// <param name="model">The model.</param>
    /// <param name="key">What decides it beside the model.</param>
    /// <param name="measure">Measures.</param>
    public T Measure<T>(string name, TrainedModel model, object key, Func<HrmModel, NamedDataset, T> measure)
        where T : class
        => Kept.Get(name, new { model.Key, key }, () =>
        {
            Cancellation.ThrowIfCancellationRequested();
            Console.WriteLine($"measuring {name}: {model.Plan.Name}, seed {model.Seed}");
            using var loaded = model.Load(Device);
            using var test = model.Plan.Source.OpenTest();
            return measure(loaded, test);
        });

    /// <summary>How the answers of a model form, and where rules of halting stop.</summary>
    public Thinking Think(TrainedModel model)
    {
        var segments = Math.Max(2, 2 * model.Plan.MaxSegments);
        return Measure("thinking", model, segments, (loaded, test) => Thinking.Of(loaded, model.Plan.Create(), test, segments, Cancellation));
    }

    /// <summary>How many of a hundred test puzzles models solve with as many segments as they were trained with.</summary>
    public Spread Exact(IEnumerable<TrainedModel> models) => Spread.Of(models.Select(model => 100 * Exact(model)));

    /// <summary>The share of test puzzles that a model solves with as many segments as it was trained with.</summary>
    public double Exact(TrainedModel model) => Think(model).ExactAfter(model.Plan.MaxSegments);

    /// <summary>How many of a hundred answers solve the puzzle by the rules of the task, which may have other solutions than the data.</summary>
    public Spread Valid(IEnumerable<TrainedModel> models) => Spread.Of(models.Select(model => 100 * Measure("valid", model, "rules", (loaded, test) =>
    {
        var settings = model.Plan.Create();
        var task = model.Plan.Source.Task.CreateSymmetricTask(PuzzleSize.Of(test.Examples))!;
        var valid = 0;
        new Evaluator(loaded, settings.Trainer.Halting.MaxSegments, batchSize: settings.EvaluationBatchSize)
            .Evaluate(test.Examples, example => valid += task.IsSolution(example.Inputs, example.Answer) ? 1 : 0, null, Cancellation);
        return new Share((double)valid / test.Examples.ExampleCount);
    }).Value));

    /// <summary>Where a picture goes.</summary>
    public string PathOf(string file) => Path.Combine(Folder, file);

    private sealed record Share(double Value);
}
