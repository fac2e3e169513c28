using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Hrm.Benchmarks.Scaling;

/// <summary>Draws a sweep: time to the left, memory to the right, all axes logarithmic.</summary>
internal static class SweepPlot
{
    private const int Width = 1200;
    private const int Height = 480;
    private const float LineWidth = 2;
    private const float MarkerSize = 8;
    private const float AxisSize = 95;

    private static readonly int[] Digits = [1, 2, 5];

    private static readonly (ScalingMode Mode, string Label)[] Modes =
    [
        (ScalingMode.Forward, "segment, no gradient"),
        (ScalingMode.OneStep, "training step, one-step gradient"),
        (ScalingMode.Bptt, "training step, BPTT"),
    ];

    /// <summary>Writes the PNG.</summary>
    public static void Write(Sweep sweep, IReadOnlyList<SweepRow> rows, string subtitle, string path)
    {
        var both = new Multiplot();
        both.AddPlots(2);
        both.Layout = new ScottPlot.MultiplotLayouts.Grid(rows: 1, columns: 2);
        Draw(both.GetPlot(0), sweep, rows, row => row.Milliseconds, "milliseconds", $"Time ({subtitle})");
        Draw(both.GetPlot(1), sweep, rows, row => row.PeakMiB, "peak resident MiB above libtorch", $"Memory ({subtitle})");
        both.SavePng(path, Width, Height);
    }

    private static void Draw(Plot plot, Sweep sweep, IReadOnlyList<SweepRow> rows, Func<SweepRow, double?> value, string unit, string title)
    {
        var heights = new List<double>();
        foreach (var (mode, label) in Modes)
        {
            var points = rows.Where(row => row.Mode == mode && value(row) > 0).ToArray();
            double[] across = [.. points.Select(row => Math.Log10(row.Value))];
            double[] up = [.. points.Select(row => Math.Log10(value(row)!.Value))];
            heights.AddRange(up);
            var line = plot.Add.Scatter(across, up);
            line.LegendText = label;
            line.LineWidth = LineWidth;
            line.MarkerSize = MarkerSize;
        }

        plot.Title(title);
        plot.XLabel(sweep.Axis);
        plot.YLabel(unit);
        plot.Axes.Bottom.TickGenerator = Ticks(sweep.Values.Select(sweep.Place));
        plot.Axes.Left.TickGenerator = Ticks(Decades(heights.Min(), heights.Max()));

        // Numbers of seven digits must not touch the label beside them.
        plot.Axes.Left.MinimumSize = AxisSize;

        // Room above the curves for the legend.
        var span = heights.Max() - heights.Min();
        plot.Axes.SetLimitsY(heights.Min() - (0.08 * span), heights.Max() + (0.45 * span));
        plot.ShowLegend(Alignment.UpperLeft);
    }

    /// <summary>1, 2, 5, 10, … from below the smallest to above the largest logarithm.</summary>
    private static IEnumerable<double> Decades(double smallest, double largest)
        => Enumerable.Range((int)Math.Floor(smallest), (int)Math.Ceiling(largest) - (int)Math.Floor(smallest) + 2)
            .SelectMany(decade => Digits.Select(digit => digit * Math.Pow(10, decade)));

    private static NumericManual Ticks(IEnumerable<double> values)
    {
        var ticks = new NumericManual();
        foreach (var value in values)
        {
            ticks.AddMajor(Math.Log10(value), value.ToString("#,0.###", CultureInfo.InvariantCulture));
        }

        return ticks;
    }
}
