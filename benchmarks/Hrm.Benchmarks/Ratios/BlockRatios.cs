using System.Globalization;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Suites;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Ratios;

/// <summary>Time of a block divided by that of its matrix products.</summary>
internal static class BlockRatios
{
    private const int Warmups = 3;

    private static readonly (int Width, int Batch, Pass Pass, (double Bar, double? Goal) Float32, (double Bar, double? Goal) BFloat16)[] Bars =
    [
        (512, 16, Pass.Forward, (1.20, 1.08), (1.10, null)),
        (512, 16, Pass.ForwardBackward, (1.25, 1.12), (1.10, 1.06)),
        (128, 64, Pass.Forward, (1.40, 1.25), (1.30, null)),
        (128, 64, Pass.ForwardBackward, (1.45, 1.30), (1.22, 1.15)),
    ];

    public static IEnumerable<RatioRow> Measure(bool isQuick) =>
        from entry in Bars
        from dtype in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16]
        let limits = dtype == ScalarType.Float32 ? entry.Float32 : entry.BFloat16
        select Measure(new BlockSize(entry.Width, entry.Batch, Tokens: 81, dtype), entry.Pass, isQuick) with
        {
            Bar = Bound.AtMost(limits.Bar),
            Goal = limits.Goal is { } goal ? Bound.AtMost(goal) : null,
        };

    private static RatioRow Measure(BlockSize size, Pass pass, bool isQuick)
    {
        var block = new BlockBenchmarks { Size = size, Pass = pass };
        block.Setup();
        var times = RoundTimes.Measure(
            [new("library", block.Library), new("plain", block.PlainSequence), new("products", block.Roofline)],
            isQuick ? 21 : 81,
            Warmups);
        var libraries = block.Libraries;
        block.Cleanup();
        return RatioRow.Of(
            $"block over its products, D {size.Width}, B {size.Batch}, S {size.Tokens}, {(pass == Pass.Forward ? "forward" : "forward and backward")}, {size.Dtype.Label()}",
            times.Ratio("library", "products"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{times.MedianMs("library"):0.0} ms, products {times.MedianMs("products"):0.0}, plain ops {times.MedianMs("plain"):0.0} = {times.Ratio("plain", "products").Median:0.00}; products by {libraries}"));
    }
}
