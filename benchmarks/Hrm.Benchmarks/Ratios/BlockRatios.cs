using System.Globalization;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Suites;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Ratios;

/// <summary>Time of a block divided by that of its matrix products.</summary>
internal static class BlockRatios
{
    private const int Warmups = 3;

    private static readonly (BlockSize Size, Pass Pass, double Bar)[] Bars =
    [
        (Wide(ScalarType.Float32), Pass.Forward, 1.20),
        (Wide(ScalarType.BFloat16), Pass.Forward, 1.10),
        (Wide(ScalarType.Float32), Pass.ForwardBackward, 1.25),
        (Wide(ScalarType.BFloat16), Pass.ForwardBackward, 1.10),
        (Narrow(ScalarType.Float32), Pass.Forward, 1.40),
        (Narrow(ScalarType.BFloat16), Pass.Forward, 1.30),
        (Narrow(ScalarType.Float32), Pass.ForwardBackward, 1.45),
        (Narrow(ScalarType.BFloat16), Pass.ForwardBackward, 1.22),
    ];

    public static IEnumerable<RatioRow> Measure(bool isQuick)
        => Bars.Select(entry => Measure(entry.Size, entry.Pass, isQuick) with { Bar = Bound.AtMost(entry.Bar) });

    private static RatioRow Measure(BlockSize size, Pass pass, bool isQuick)
    {
        var block = new BlockBenchmarks { Size = size, Pass = pass };
        block.Setup();
        var times = RoundTimes.Measure(
            [new("library", block.Library), new("plain", block.PlainSequence), new("products", block.Roofline)],
            isQuick ? 21 : 81,
            Warmups);
        block.Cleanup();
        return RatioRow.Of(
            $"block over its products, D {size.Width}, B {size.Batch}, S {size.Tokens}, {(pass == Pass.Forward ? "forward" : "forward and backward")}, {size.Dtype.Label()}",
            times.Ratio("library", "products"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{times.MedianMs("library"):0.0} ms, products {times.MedianMs("products"):0.0}, plain ops {times.MedianMs("plain"):0.0} = {times.Ratio("plain", "products").Median:0.00}"));
    }

    private static BlockSize Wide(ScalarType dtype) => new(512, 16, 81, dtype);

    private static BlockSize Narrow(ScalarType dtype) => new(128, 64, 81, dtype);
}
