namespace Hrm.Training;

/// <summary>The result of an evaluation.</summary>
/// <param name="Averages">Metrics over all examples with labels.</param>
/// <param name="Examples">The result of each example, in the order of the dataset.</param>
public sealed record EvaluationResult(MetricAverages Averages, IReadOnlyList<ExampleResult> Examples);
