using System.Globalization;
using Hrm.Benchmarks.Commands;
using Hrm.Benchmarks.Devices;
using Hrm.Benchmarks.Measuring;
using Hrm.Core;

namespace Hrm.Benchmarks.Numbers;

/// <summary>What N·T costs in memory, with the one-step gradient and with full unrolling.</summary>
internal sealed class MemoryNumbers : INumbers
{
    private const double MostGrowthPercent = 3;
    private const int Few = 2;
    private const int Many = 8;

    public string Name => "memory";

    public IEnumerable<NumberRow> Measure(NumberSettings settings)
    {
        var few = OneStep(Few, settings);
        var many = OneStep(Many, settings);
        var (unrolledFew, unrolledMany) = (Peak(GradientMode.FullUnroll, Few, settings), Peak(GradientMode.FullUnroll, Many, settings));
        yield return new NumberRow(
            $"memory of a one-step-gradient step as N·T goes {Few * Few} → {Many * Many}, 27M preset, growth in percent",
            100 * ((many / few) - 1))
        {
            Bar = Bound.AtMost(MostGrowthPercent),
            Note = string.Create(
                CultureInfo.InvariantCulture,
                $"peak resident {few:0} → {many:0} MiB, batch {settings.MemoryBatch}, medians of {settings.MemoryProcesses} processes; BPTT {unrolledFew:0} → {unrolledMany:0} MiB"),
        };
    }

    private static double OneStep(int cycles, NumberSettings settings)
        => Quantile.Of(Enumerable.Range(0, settings.MemoryProcesses).Select(_ => Peak(GradientMode.OneStep, cycles, settings)), 0.5);

    private static double Peak(GradientMode gradient, int cycles, NumberSettings settings)
        => new MemoryCase(gradient, cycles, cycles, settings.MemoryBatch, settings.MemorySteps) { Device = DeviceArguments.Parse([]) }.MeasureInOwnProcess();
}
