using System.CommandLine;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary><c>single</c>: one 9×9 puzzle, one segment of the 27M model, against its matrix products.</summary>
internal sealed class SingleCommand() : DeviceCommand("single", "One segment of one puzzle of the 27M model against its matrix products.")
{
    protected override int Run(ParseResult result, DeviceSettings device)
    {
        ScalarType[] dtypes = device.Dtype is { } only ? [only] : [ScalarType.Float32, ScalarType.BFloat16];
        var results = Array.ConvertAll(dtypes, dtype =>
        {
            var times = Measure(dtype, device);
            var (segment, products, ratio) = (times.MedianMs("segment"), times.MedianMs("products"), times.Ratio("segment", "products").Median);
            Console.WriteLine(FormattableString.Invariant(
                $"{dtype.Label()}: a segment {segment:F1} ms, its matrix products {products:F1} ms, {ratio:F2} times; median of {times.Count} rounds"));
            return new { Dtype = dtype.Label(), SegmentMs = segment, ProductsMs = products, Ratio = ratio, Rounds = times.Count };
        });
        device.Write("single", results);
        return 0;
    }

    private static RoundTimes Measure(ScalarType dtype, DeviceSettings device)
    {
        using var noGradient = no_grad();
        var config = HrmPresets.SudokuExtreme with { ForwardDtype = dtype };
        using var model = RandomData.CreateModel(config, device.Device);

        // As when a model is loaded for solving: no weight is cast in a call.
        model.to(dtype);
        model.eval();
        using var batch = RandomData.CreateBatch(config, rows: 1, device.Device);
        using var carry = model.InitialCarry(1);
        using var products = new SegmentRoofline(config, batch: 1, device.Device);
        return device.Measure(rounds: 30, warmups: 3, new("segment", Segment), new("products", products.Forward));

        void Segment()
        {
            using var scope = NewDisposeScope();
            model.call(carry, batch);
        }
    }
}
