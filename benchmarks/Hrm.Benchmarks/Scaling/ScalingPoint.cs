using System.Globalization;

namespace Hrm.Benchmarks.Scaling;

/// <summary>What a case took.</summary>
/// <param name="Milliseconds">The median of its runs.</param>
/// <param name="PeakMiB">The most memory its process ever had resident, above the same process with libtorch loaded.</param>
internal readonly record struct ScalingPoint(double Milliseconds, double PeakMiB)
{
    /// <summary>How a process tells it to another.</summary>
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds:R} {PeakMiB:R}");

    public static ScalingPoint Parse(string line)
    {
        var parts = line.Trim().Split(' ');
        return new ScalingPoint(double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
