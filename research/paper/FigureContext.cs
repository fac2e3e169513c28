using Hrm.Core;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Paper;

/// <summary>The models, measurements and report folder that figures share.</summary>
internal sealed class FigureContext
{
    public required ReproduceScale Scale { get; init; }

    /// <summary>The seeds that every model is trained with.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>The folder of trained models and of measurements.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>The folder of report and pictures.</summary>
    public required string Folder { get; init; }

    /// <summary>The command line, for the report.</summary>
    public required string Command { get; init; }

    public required torch.Device Device { get; init; }

    public required IAnsiConsole Console { get; init; }

    /// <summary>Cancels the work; finished parts are kept.</summary>
    public required CancellationToken Cancellation { get; init; }

    public ModelCache Models => field ??= new ModelCache(Path.Combine(CacheFolder, "models"), Device, Console, Cancellation);

    public Measurements Measurements => field ??= new Measurements(Path.Combine(CacheFolder, "measurements"));

    /// <summary>The models of a plan, one for each seed.</summary>
    public IReadOnlyList<TrainedModel> Train(TrainingPlan plan) => [.. Seeds.Select(seed => Models.Get(plan, seed))];

    /// <summary>Measures a model on its test puzzles, unless it was measured before.</summary>
    /// <param name="name">The measured quantity.</param>
    /// <param name="model">The model.</param>
    /// <param name="key">Everything that the result depends on, besides the model.</param>
    /// <param name="measure">Measures the loaded model.</param>
    public T Measure<T>(string name, TrainedModel model, object key, Func<HrmModel, NamedDataset, T> measure)
        where T : class
        => Measurements.Get(name, new { model.Key, key }, () =>
        {
            Cancellation.ThrowIfCancellationRequested();
            Console.WriteLine($"measuring {name}: {model.Plan.Name}, seed {model.Seed}");
            using var loaded = model.Load(Device);
            using var test = model.Plan.Source.OpenTest();
            return measure(loaded, test);
        });

    /// <summary>The answers of a model after each segment, and where halting rules stop.</summary>
    public SegmentEvaluation EvaluateSegments(TrainedModel model)
    {
        var segments = Math.Max(2, 2 * model.Plan.MaxSegments);
        return Measure("segments", model, segments, (loaded, test) => SegmentEvaluation.Of(loaded, model.Plan.Create(), test, segments, Cancellation));
    }

    /// <summary>The percentage of test puzzles that models solve with the number of segments that they were trained with.</summary>
    public Spread Exact(IEnumerable<TrainedModel> models) => Spread.Of(models.Select(model => 100 * EvaluateSegments(model).ExactAfter(model.Plan.MaxSegments)));

    /// <summary>The percentage of answers that solve the puzzle by the rules of the task, which may have other solutions than that of the data.</summary>
    public Spread Valid(IEnumerable<TrainedModel> models) => Spread.Of(models.Select(model => 100 * Measure("valid", model, "rules", (loaded, test) =>
    {
        var settings = model.Plan.Create();
        var task = model.Plan.Source.Task.CreateSymmetricTask(PuzzleSize.Of(test.Examples))!;
        var valid = 0;
        new Evaluator(loaded, settings.Trainer.Halting.MaxSegments, batchSize: settings.EvaluationBatchSize)
            .Observe(test.Examples, example => valid += task.IsSolution(example.Inputs, example.Answer) ? 1 : 0, null, Cancellation);
        return new[] { (double)valid / test.Examples.ExampleCount };
    })[0]));
}
