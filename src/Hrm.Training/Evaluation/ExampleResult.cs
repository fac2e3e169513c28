namespace Hrm.Training;

/// <summary>How one example was answered.</summary>
/// <param name="IsExact">Whether every labelled token is right.</param>
/// <param name="Segments">The number of segments run.</param>
/// <param name="QHalt">The Q value of halting after the last one, before the sigmoid.</param>
public readonly record struct ExampleResult(bool IsExact, int Segments, float QHalt);
