using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Ratios;

/// <summary>Gain of halting with a trained model.</summary>
internal static class HaltingRatios
{
    private const double Confidence = 0.95;

    public static IEnumerable<RatioRow> Measure(bool isQuick)
    {
        using var model = TrainFourByFour();
        return
        [
            .. Rows(model, new ConfidenceHalting(Confidence), "sigmoid(q_halt) ≥ 0.95", Bound.AtLeast(2), isQuick),

            // If a model is always right, both values are equal and noise decides which is larger, so this row has no bar.
            .. Rows(model, new QValueHalting(), "q_halt > q_continue", bar: null, isQuick),
        ];
    }

    private static IEnumerable<RatioRow> Rows(HrmModel model, IHaltingPolicy halting, string rule, Bound? bar, bool isQuick)
    {
        const int Batch = HaltingComparison.DefaultBatch;
        var outcome = HaltingComparison.Measure(model, csv: null, halting, HaltingComparison.DefaultSegments, Batch, isQuick ? 3 : 5);
        yield return new RatioRow(
            $"solving with halting if {rule}, times the puzzles per second of the fixed maximum",
            outcome.SpeedUp,
            $"{outcome.Speeds}, a 4×4 model that this command trained, batch {Batch}")
        { Bar = bar };
        yield return new RatioRow(
            $"exact accuracy lost by halting if {rule}, points",
            outcome.PointsLost,
            outcome.Accuracies)
        { Bar = Bound.AtMost(0.5) };
    }

    /// <summary>Trains the tiny preset on 4×4 Sudokus in about a minute on 2 cores.</summary>
    private static HrmModel TrainFourByFour()
    {
        const int Seed = 1;
        var task = new SudokuTask(SudokuShape.Four);
        var options = TrainerPresets.Tiny();
        using var generator = new Generator(Seed, CPU);
        var puzzles = SudokuSplit.FourByFour(trainingPuzzles: 1000, testPuzzles: 0, new StatefulRandom(Seed)).Training;
        var model = new HrmModel(HrmPresets.Tiny(task.SequenceLength, task.VocabularySize), generator);
        using var trainer = new OneStepGradTrainer(model, options, generator);
        var dataset = new InMemoryPuzzleDataset(puzzles.Select(task.ToExample), task.VocabularySize);
        using var batches = new TrainingStream(dataset, options.GlobalBatchSize, new TrainingStreamOptions { Seed = Seed }, augmentation: task);
        foreach (var batch in batches.Take((int)options.TotalSteps))
        {
            trainer.Step(batch);
        }

        return model;
    }
}
