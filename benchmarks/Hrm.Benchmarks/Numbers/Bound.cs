using System.Globalization;

namespace Hrm.Benchmarks.Numbers;

/// <summary>What a number has to keep to.</summary>
/// <param name="Limit">The number.</param>
/// <param name="IsLeast">Whether it must be reached, rather than not exceeded.</param>
internal readonly record struct Bound(double Limit, bool IsLeast)
{
    public static Bound AtMost(double limit) => new(limit, IsLeast: false);

    public static Bound AtLeast(double limit) => new(limit, IsLeast: true);

    public bool IsMetBy(double value) => IsLeast ? value >= Limit : value <= Limit;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsLeast ? "≥" : "≤")} {Limit:0.##}");
}
