namespace Hrm.Benchmarks.Reporting;

/// <summary>Says that each case of a class also runs in a process of its own, which reads its peak of memory.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PeakMemoryAttribute : Attribute
{
    /// <summary>Whether the quick run leaves these processes out.</summary>
    public bool IsFullRunOnly { get; init; }
}
