using Hrm.Core;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Paper;

/// <summary>The 9×9 model that comes with the samples, and puzzles for it.</summary>
internal sealed class ShippedSudoku(FigureContext context)
{
    public const string Title = "9×9 Sudokus, shipped model";

    private const int Puzzles = 200;
    private const int TrainedSegments = 16;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "models", "sudoku-9x9");
    private static readonly string File = Path.Combine(AppContext.BaseDirectory, "data", "sudoku_easy_test.csv");

    /// <summary>Its answers after each segment.</summary>
    public SegmentEvaluation EvaluateSegments(int segments) => Measure("segments-shipped", new { segments, Puzzles, model = Fingerprint() }, (model, test) =>
    {
        using var sample = new NamedDataset(States.Sample(test, Puzzles), [], []);
        var settings = new RunSettings { Model = model.Config };
        settings.Trainer.Halting.MaxSegments = TrainedSegments;
        settings.Trainer.Halting.Rule = HaltingRule.HaltPositive;
        return SegmentEvaluation.Of(model, settings, sample, segments, context.Cancellation);
    });

    /// <summary>The residuals and participation ratios of its states.</summary>
    public States MeasureStates() => Measure(
        "states-shipped",
        new { TrainedSegments, Puzzles, model = Fingerprint() },
        (model, test) => States.Of(model, test, Puzzles, TrainedSegments, context.Cancellation));

    /// <summary>Its answers to some puzzles after each segment.</summary>
    public SolveFrames[] Frames(int count, int segments) => Measure(
        "frames-shipped",
        new { segments, count, order = "even", model = Fingerprint() },
        (model, test) => SolveFrames.Of(model, "sudoku", Title, test, count, segments));

    private T Measure<T>(string name, object key, Func<HrmModel, NamedDataset, T> measure)
        where T : class
        => context.Measurements.Get(name, key, () =>
        {
            context.Console.WriteLine($"measuring {name}");
            using var model = HrmModel.Load(Folder, context.Device);
            using var test = SudokuFiles.Open([File], new RunData(), "data");
            return measure(model, test);
        });

    private static string Fingerprint()
        => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.IO.File.ReadAllBytes(Path.Combine(Folder, "model.safetensors"))));
}
