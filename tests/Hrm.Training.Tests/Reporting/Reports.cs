namespace Hrm.Training.Tests;

/// <summary>Reports with distinct numbers.</summary>
internal static class Reports
{
    public static TrainingReport Training(long step) => new(
        ReportKind.Training,
        step,
        100,
        TimeSpan.FromSeconds(step),
        new MetricAverages(10, 0.875, 0.5, 0.25, 3.5, 1.25, 0.125, 0.0625),
        LearningRate: 1e-3)
    {
        StepsPerSecond = 10,
        SegmentsPerSecond = 640,
        GradientNorm = 2,
    };

    public static TrainingReport Evaluation(long step) => new(
        ReportKind.Evaluation,
        step,
        100,
        TimeSpan.FromSeconds(step),
        new MetricAverages(20, 0.9, 0.75, 0.8, 8, 0.5, 0.1, 0),
        LearningRate: 1e-3);
}
