using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>A model that has learned something, for what only such a one can show.</summary>
internal static class TrainedModel
{
    private const int Seed = 1;
    private const int TrainingPuzzles = 1000;
    private const int EpochsPerIteration = 10;

    /// <summary>Trains the tiny preset on 4×4 Sudokus, in about a minute on 2 cores.</summary>
    public static HrmModel FourByFour()
    {
        var task = new SudokuTask(SudokuShape.Four);
        var options = TrainerPresets.Tiny();
        using var generator = new Generator(Seed, CPU);
        var puzzles = SudokuSplit.FourByFour(TrainingPuzzles, testPuzzles: 0, new StatefulRandom(Seed)).Training;
        var model = new HrmModel(HrmPresets.Tiny(task.SequenceLength, task.VocabularySize), generator);
        using var trainer = new OneStepGradTrainer(model, options, generator);
        var dataset = new InMemoryPuzzleDataset(puzzles.Select(task.ToExample), task.VocabularySize);
        var batches = new PuzzleLoader(dataset, options.GlobalBatchSize, CPU)
            .TrainingBatches(EpochsPerIteration, Seed, task);
        foreach (var batch in batches.Take((int)options.TotalSteps))
        {
            using (batch)
            {
                trainer.Step(batch).Dispose();
            }
        }

        return model;
    }
}
