using Hrm.Core;
using Hrm.Training;

namespace Hrm.Tool;

/// <summary>The one evaluation that training and <c>evaluate</c> share, so that they print the same numbers.</summary>
internal static class LabEvaluation
{
    public static MetricAverages Run(HrmModel model, LabSettings settings, LabDataset test, IHaltingPolicy? halting, TaskReport report, CancellationToken cancellationToken = default)
        => new Evaluator(model, settings.Trainer.Halting.MaxSegments, halting, HrmTrainer.CreateLoss(settings.Trainer), settings.EvaluationBatchSize)
            .Evaluate(test.Examples, report.Add, null, cancellationToken);
}
