namespace Hrm.Fuzz;

/// <summary>A parser took an input and broke a promise about what it gives.</summary>
internal sealed class UnexpectedResultException(string promise) : Exception($"broken promise: {promise}");
