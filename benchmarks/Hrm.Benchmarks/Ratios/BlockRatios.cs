using System.Globalization;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Suites;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Ratios;

/// <summary>Time of a block divided by that of its matrix products.</summary>
internal static class BlockRatios
{
    private const int Warmups = 3;

    private static readonly (int Width, int Batch, Pass Pass, double Float32Bar, double BFloat16Bar)[] Bars =
    [
        (512, 16, Pass.Forward, 1.20, 1.10),
        (512, 16, Pass.ForwardBackward, 1.25, 1.10),
        (128, 64, Pass.Forward, 1.40, 1.30),
        (128, 64, Pass.ForwardBackward, 1.45, 1.22),
    ];

    public static IEnumerable<RatioRow> Measure(bool isQuick) =>
        from entry in Bars
        from dtype in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16]
        let bar = dtype == ScalarType.Float32 ? entry.Float32Bar : entry.BFloat16Bar
        select Measure(new BlockSize(entry.Width, entry.Batch, Tokens: 81, dtype), entry.Pass, isQuick) with { Bar = Bound.AtMost(bar) };

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
}
