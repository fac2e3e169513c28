using System.Globalization;
using Hrm.Benchmarks.Devices;
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

    public static int Run(IReadOnlyList<string> arguments)
    {
        var options = DeviceArguments.Parse(arguments);
        ScalarType[] dtypes = options.Dtype is { } only ? [only] : [ScalarType.Float32, ScalarType.BFloat16];
        var results = Array.ConvertAll(dtypes, dtype => Measure(dtype, options));
        DeviceFacts.Of(options).Write(options, Name, results);
        return 0;
    }

    private static SingleResult Measure(ScalarType dtype, DeviceArguments options)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var config = HrmPresets.SudokuExtreme with { ForwardDtype = dtype };
        using var model = RandomModel.Create(config);

        // As a model that is loaded for solving: no weight is cast at a call.
        model.to(dtype);
        model.to(options.Device);
        model.eval();
        using var batch = PuzzleBatch.Create([.. Enumerable.Range(0, config.SequenceLength).Select(cell => 1 + (cell % 10))], [], [0], config.SequenceLength, options.Device);
        using var carry = model.InitialCarry(1);
        using var products = new SegmentRoofline(config, batch: 1, options.Device);
        Side[] sides = [new("segment", Segment), new("products", Products)];
        var times = InterleavedRounds.Measure(sides, Rounds, Warmups, options.Time);
        var result = new SingleResult(DeviceArguments.NameOf(dtype), times.MedianMs("segment"), times.MedianMs("products"), times.Ratio("segment", "products").Median, times.Count);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{dtype}: a segment {result.SegmentMs:F1} ms, its matrix products {result.ProductsMs:F1} ms, {result.Ratio:F2} times; median of {result.Rounds} rounds"));
        return result;

        void Segment()
        {
            using var output = NewDisposeScope();
            model.call(carry, batch);
            DeviceWork.Wait(options.Device);
        }

        void Products()
        {
            products.Forward();
            DeviceWork.Wait(options.Device);
        }
    }
}
