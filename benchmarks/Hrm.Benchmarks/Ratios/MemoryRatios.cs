using Hrm.Benchmarks.Commands;

namespace Hrm.Benchmarks.Ratios;

/// <summary>Growth of memory with N·T.</summary>
internal static class MemoryRatios
{
    public static IEnumerable<RatioRow> Measure(bool isQuick)
    {
        var batch = isQuick ? 2 : 8;
        var few = MemoryCommand.MeasureRow(cycles: 2, batch, processes: 3, device: []);
        var many = MemoryCommand.MeasureRow(cycles: 8, batch, processes: 3, device: []);
        yield return new RatioRow("memory of a one-step-gradient step as N·T goes 4 → 64, 27M preset, growth in percent", 100 * ((many.Median / few.Median) - 1))
        {
            Bar = Bound.AtMost(3),
            Note = FormattableString.Invariant(
                $"peak resident {few.Median:0} → {many.Median:0} MiB, batch {batch}, medians of 3 processes; BPTT {few.UnrolledMiB:0} → {many.UnrolledMiB:0} MiB"),
        };
    }
}
