namespace Hrm.Benchmarks.Measuring;

/// <summary>One of the things that are timed against each other.</summary>
/// <param name="Name">Its name in the round times.</param>
/// <param name="Run">Runs it once.</param>
internal sealed record Side(string Name, Action Run);
