using System.Globalization;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>
/// <c>single</c>: one 9×9 puzzle, one segment of the 27M model, against the matrix products of the same shapes alone, in alternating
/// rounds.
/// </summary>
internal static class SingleCommand
{
    public const string Name = "single";

    private const int Rounds = 30;
    private const int Warmups = 3;

    public static int Run()
    {
        foreach (var dtype in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            Measure(dtype);
        }

        return 0;
    }

    private static void Measure(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var config = HrmPresets.SudokuExtreme with { ForwardDtype = dtype };
        using var model = RandomModel.Create(config);

        // As a model that is loaded for solving: no weight is cast at a call.
        model.to(dtype);
        model.eval();
        using var batch = PuzzleBatch.Create([.. Enumerable.Range(0, config.SequenceLength).Select(cell => 1 + (cell % 10))], [], [0], config.SequenceLength);
        using var carry = model.InitialCarry(1);
        using var products = new SegmentRoofline(config, batch: 1);
        Side[] sides = [new("segment", Segment), new("products", products.Forward)];
        var times = InterleavedRounds.Measure(sides, Rounds, Warmups);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{dtype}: a segment {times.MedianMs("segment"):F1} ms, its matrix products {times.MedianMs("products"):F1} ms, {times.Ratio("segment", "products").Median:F2} times; median of {Rounds} rounds"));

        void Segment()
        {
            using var output = NewDisposeScope();
            model.call(carry, batch);
        }
    }
}
