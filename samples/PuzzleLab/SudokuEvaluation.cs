using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.Samples.PuzzleLab;

/// <summary>The one evaluation that training and <c>evaluate</c> share, so that they print the same numbers.</summary>
internal static class SudokuEvaluation
{
    public static EvaluationResult Run(HrmModel model, LabSettings settings, IReadOnlyList<SudokuPuzzle> puzzles, IHaltingPolicy halting, CancellationToken cancellationToken = default)
        => new Evaluator(model, HrmTrainer.CreateLoss(settings.Trainer), halting, settings.EvaluationBatchSize)
            .Evaluate(SudokuFiles.ToDataset(puzzles, puzzles[0].Shape), null, cancellationToken);
}
