using System.Globalization;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads.Layers;

namespace Hrm.Benchmarks.Numbers;

/// <summary>A block over its matrix products alone.</summary>
internal sealed class BlockNumbers : INumbers
{
    private const int Warmups = 3;

    private static readonly (LayerCase Case, Pass Pass, double Bar, double? Goal)[] Bars =
    [
        (Wide(FloatKind.F32), Pass.Forward, 1.06, null),
        (Wide(FloatKind.BF16), Pass.Forward, 1.25, null),
        (Wide(FloatKind.F32), Pass.ForwardBackward, 1.10, 1.05),
        (Wide(FloatKind.BF16), Pass.ForwardBackward, 1.20, 1.10),
        (Narrow(FloatKind.F32), Pass.Forward, 1.30, null),
        (Narrow(FloatKind.BF16), Pass.Forward, 1.60, null),
        (Narrow(FloatKind.F32), Pass.ForwardBackward, 1.30, 1.20),
        (Narrow(FloatKind.BF16), Pass.ForwardBackward, 1.60, 1.30),
    ];

    public string Name => "block";

    public IEnumerable<NumberRow> Measure(NumberSettings settings) => Bars.Select(entry => Measure(entry.Case, entry.Pass, entry.Bar, entry.Goal, settings));

    private static NumberRow Measure(LayerCase layer, Pass pass, double bar, double? goal, NumberSettings settings)
    {
        using var pair = new LayerPair(layer);
        LayerEquality.Require(pair);
        Side[] sides =
        [
            new("library", () => pair.RunLibrary(pass)),
            new("plain", () => pair.RunPlain(pass)),
            new("roofline", () => pair.RunRoofline(pass)),
        ];
        var times = InterleavedRounds.Measure(sides, settings.LayerRounds, Warmups);
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"{times.MedianMs("library"):0.0} ms, products {times.MedianMs("roofline"):0.0}, plain ops {times.MedianMs("plain"):0.0} = {times.Ratio("plain", "roofline").Median:0.00}");
        return NumberRow.Of(
            $"block over its products, D {layer.Width}, B {layer.Batch}, S {layer.Tokens}, {(pass == Pass.Forward ? "forward" : "forward and backward")}, {layer.Float.Label()}",
            times.Ratio("library", "roofline"),
            Bound.AtMost(bar),
            goal is { } limit ? Bound.AtMost(limit) : null,
            note);
    }

    private static LayerCase Wide(FloatKind number) => new(LayerKind.Block, 512, 16, 81, number);

    private static LayerCase Narrow(FloatKind number) => new(LayerKind.Block, 128, 64, 81, number);
}
