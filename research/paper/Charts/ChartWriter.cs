using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Hrm.Paper;

/// <summary>Draws charts side by side into a PNG.</summary>
internal static class ChartWriter
{
    private const int Width = 620;
    private const int Height = 440;
    private const float LineWidth = 2;
    private const float MarkerSize = 7;
    private const float AxisSize = 70;
    private const double Margin = 0.05;

    private static readonly MarkerShape[] Markers = [MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond];
    private static readonly Lazy<string> Font = new(AddFont);

    /// <summary>Writes a picture of charts, from left to right.</summary>
    public static void Write(string path, params IReadOnlyList<Chart> charts)
    {
        var all = new Multiplot();
        all.AddPlots(charts.Count);
        all.Layout = new ScottPlot.MultiplotLayouts.Grid(rows: 1, columns: charts.Count);
        for (var i = 0; i < charts.Count; i++)
        {
            Draw(all.GetPlot(i), charts[i]);
        }

        WholeFiles.Write(path, all.Render(Width * charts.Count, Height).GetImageBytes());
    }

    private static void Draw(Plot plot, Chart chart)
    {
        var heights = new List<double>();
        for (var line = 0; line < chart.Lines.Count; line++)
        {
            heights.AddRange(Draw(plot, chart, chart.Lines[line], Markers[line % Markers.Length]));
        }

        plot.Title(chart.Title, 16);
        plot.XLabel(chart.Across, 14);
        plot.YLabel(chart.Up, 14);
        plot.Axes.Left.MinimumSize = AxisSize;
        SetLimits(plot, chart, heights);
        if (chart.Ticks.Count > 0)
        {
            plot.Axes.Bottom.TickGenerator = TicksAt(chart.Ticks, chart.IsLogAcross);
        }

        if (chart.Lines.Count > 1 || chart.Lines[0].Label.Length > 0)
        {
            plot.Legend.FontSize = 12;
            plot.Legend.Orientation = Orientation.Horizontal;
            plot.ShowLegend(Edge.Bottom);
        }

        plot.Font.Set(Font.Value);
    }

    /// <summary>Draws a line, and returns the heights of its points and error bars.</summary>
    private static IEnumerable<double> Draw(Plot plot, Chart chart, Series series, MarkerShape marker)
    {
        double[] across = [.. series.X.Select(value => Scale(value, chart.IsLogAcross))];
        double[] up = [.. series.Y];
        var line = plot.Add.Scatter(across, up);
        line.LegendText = series.Label;
        line.LineWidth = LineWidth;
        line.MarkerSize = MarkerSize;
        line.MarkerShape = marker;
        double[] lower = [.. series.Error.Select(error => error.Below)];
        double[] upper = [.. series.Error.Select(error => error.Above)];
        if (lower.Length > 0)
        {
            double[] none = new double[lower.Length];
            plot.PlottableList.Add(new ScottPlot.Plottables.ErrorBar(across, up, none, none, yErrorsPositive: upper, yErrorsNegative: lower) { Color = line.Color });
        }

        return up.Select((height, i) => i < upper.Length ? height + upper[i] : height)
            .Concat(up.Select((height, i) => i < lower.Length ? height - lower[i] : height));
    }

    private static void SetLimits(Plot plot, Chart chart, List<double> heights)
    {
        if (heights.Count == 0)
        {
            return; // Some puzzles give no points.
        }

        var (least, most) = (heights.Min(), heights.Max());
        least = chart.StartsAtZero ? Math.Min(0, least) : least;
        var span = most > least ? most - least : 1;
        plot.Axes.SetLimitsY(least - (Margin * span), most + (Margin * span));
    }

    private static NumericManual TicksAt(IEnumerable<double> values, bool isLog)
    {
        var ticks = new NumericManual();
        foreach (var value in values)
        {
            ticks.AddMajor(Scale(value, isLog), value.ToString("#,0.######", CultureInfo.InvariantCulture));
        }

        return ticks;
    }

    private static double Scale(double value, bool isLog) => isLog ? Math.Log10(value) : value;

    /// <summary>The font is part of the program, because a machine without fonts would draw no text.</summary>
    private static string AddFont()
    {
        const string name = "DejaVu Sans";
        Fonts.AddFontFile(name, Path.Combine(AppContext.BaseDirectory, "fonts", "DejaVuSans.ttf"));
        return name;
    }
}
