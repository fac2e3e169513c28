using System.Globalization;

namespace Hrm.Benchmarks.Workloads;

/// <summary>The size of a segment whose gradient is measured.</summary>
/// <param name="Width">D; with 4 + 4 blocks and S = 82.</param>
/// <param name="Batch">B. Small enough that back-propagation through time fits: at D 512, N·T 64 it takes about 1 GB a row.</param>
/// <param name="HighCycles">N.</param>
/// <param name="LowCycles">T.</param>
public readonly record struct GradientWorkload(int Width, int Batch, int HighCycles, int LowCycles)
{
    private const int QuickBatch = 2;

    /// <summary>Every size: for each width the batch of the quick run and that of the full one, with N = T = 2, 4, 8.</summary>
    public static IEnumerable<GradientWorkload> All { get; } =
    [
        .. from shape in new (int Width, int Batch)[] { (128, QuickBatch), (512, QuickBatch), (128, 16), (512, 4) }
           from cycles in new[] { 2, 4, 8 }
           select new GradientWorkload(shape.Width, shape.Batch, cycles, cycles),
    ];

    /// <summary>Whether the quick run measures it; the full one measures the others.</summary>
    public bool IsQuick => Batch == QuickBatch;

    /// <inheritdoc/>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"D{Width} B{Batch} N{HighCycles} T{LowCycles}");
}
