using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using TorchSharp;

namespace Hrm.PublicApi.Tests;

/// <summary>The code of docs/training.md; the text between the marks stands there.</summary>
internal static class TrainingExample
{
    public static TrainingOutcome Run(string folder, TrainerOptions options, CancellationToken cancellationToken)
    {
        // <training>
        var puzzles = SudokuOrbitSplit.Four(trainingPuzzles: 1000, testPuzzles: 500, new StatefulRandom(1));
        var encoding = new SudokuEncoding(SudokuShape.Four);
        var training = new InMemoryPuzzleDataset(puzzles.Training.Select(encoding.ToExample), encoding.VocabularySize);
        var test = new InMemoryPuzzleDataset(puzzles.Test.Select(encoding.ToExample), encoding.VocabularySize);

        using var generator = new torch.Generator(1);
        using var model = new HrmModel(HrmPresets.Tiny(encoding.SequenceLength, encoding.VocabularySize), generator);
        using var trainer = new OneStepGradTrainer(model, options, generator);
        using var stream = new TrainingStream(
            training,
            options.GlobalBatchSize,
            new TrainingStreamOptions { Seed = 1 },
            augmentation: new SudokuAugmentation(SudokuShape.Four));
        using var checkpoints = CheckpointStore.Open(Path.Combine(folder, "checkpoints"));
        var json = new JsonLinesLog(Path.Combine(folder, "metrics.jsonl"));
        var board = new TensorBoardLog(Path.Combine(folder, "tensorboard"));

        var evaluator = new Evaluator(model, HrmTrainer.CreateLoss(options), new FixedHalting(8));
        using var run = new TrainingRun(trainer, stream, new TrainingRunOptions { EvaluationInterval = 400, Patience = 5 })
        {
            Checkpoints = checkpoints,
            Evaluate = (_, cancellation) => evaluator.Evaluate(test, progress: null, cancellation).Averages,
            Logs = [json, board],
        };
        run.Resume(); // Goes on from the last sound checkpoint, if there is one.
        var outcome = run.Run(cancellationToken: cancellationToken);

        // </training>
        return outcome;
    }
}
