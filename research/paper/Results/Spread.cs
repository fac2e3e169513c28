using System.Globalization;

namespace Hrm.Paper;

/// <summary>A number over the seeds.</summary>
/// <param name="Mean">Its mean.</param>
/// <param name="Least">The smallest.</param>
/// <param name="Most">The largest.</param>
internal readonly record struct Spread(double Mean, double Least, double Most)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var all = values.ToArray();
        return new Spread(all.Average(), all.Min(), all.Max());
    }

    /// <summary>As <c>mean (least–most)</c>.</summary>
    /// <param name="format">The format of each number.</param>
    public string Text(string format = "F1") => $"{Number(Mean, format)} ({Number(Least, format)}–{Number(Most, format)})";

    /// <summary>The same for a table.</summary>
    /// <param name="format">The format of each number.</param>
    public Cell Cell(string format = "F1") => new(Text(format), [Number(Mean, format), Number(Least, format), Number(Most, format)]);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
