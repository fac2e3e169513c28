namespace Hrm.Benchmarks.Scaling;

/// <summary>One quantity that grows, while the others stay.</summary>
/// <param name="Name">The name of its files.</param>
/// <param name="Axis">The label of its axis.</param>
/// <param name="Values">What it grows through.</param>
/// <param name="Apply">The case at a value.</param>
internal sealed record Sweep(string Name, string Axis, IReadOnlyList<int> Values, Func<ScalingCase, int, ScalingCase> Apply)
{
    private static readonly int[] Batches = [1, 2, 4, 8, 16, 32, 64];
    private static readonly int[] Tokens = [16, 81, 256, 576, 900];
    private static readonly int[] Widths = [64, 128, 256, 512];
    private static readonly int[] Cycles = [1, 2, 4, 8];

    /// <summary>Where every sweep starts from.</summary>
    public static ScalingCase Base { get; } = new(
        ScalingMode.Forward, Batch: 16, Tokens: 81, Width: 128, Cycles: 2, Environment.ProcessorCount, Workloads.Layers.FloatKind.F32);

    /// <summary>All sweeps.</summary>
    public static IReadOnlyList<Sweep> All { get; } =
    [
        new("batch", "B, rows of a batch", Batches, (scaling, value) => scaling with { Batch = value }),
        new("tokens", "S, tokens", Tokens, (scaling, value) => scaling with { Tokens = value }),
        new("width", "D, width of the states", Widths, (scaling, value) => scaling with { Width = value }),
        new("cycles", "N·T, low updates of a segment", Cycles, (scaling, value) => scaling with { Cycles = value }),
        new("threads", "threads of an operation", [.. Enumerable.Range(1, Environment.ProcessorCount)], (scaling, value) => scaling with { Threads = value }),
    ];

    /// <summary>What stands at the axis for a value.</summary>
    public double Place(int value) => Name == "cycles" ? value * value : value;
}
