using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Samples.QuickStart;

/// <summary>The example of the README, compiled: a test compares the two, line by line.</summary>
public static class ReadmeExample
{
    /// <summary>Trains a model on 4×4 Sudokus, saves it, loads it and solves a puzzle.</summary>
    /// <param name="steps">The number of training steps; the README has 800.</param>
    /// <param name="folder">Where the model is saved; the README has <c>my-model</c>.</param>
    /// <returns>The puzzle that was solved, and the model's answer.</returns>
    public static (SudokuPuzzle Puzzle, SudokuGrid Answer) Run(int steps, string folder)
    {
        // <readme>
        var puzzles = SudokuSplit.FourByFour(trainingPuzzles: 1000, testPuzzles: 500, new StatefulRandom(1));
        var task = new SudokuTask(SudokuShape.Four);
        var dataset = new InMemoryPuzzleDataset(puzzles.Training.Select(task.ToExample), task.VocabularySize);
        using var batches = new TrainingStream(dataset, batchSize: 64, augmentation: task);

        using var generator = new torch.Generator(1);
        using var model = new HrmModel(HrmPresets.Tiny(task.SequenceLength, task.VocabularySize), generator);
        using var trainer = new OneStepGradTrainer(model, TrainerPresets.Tiny(), generator);
        foreach (var batch in batches.Take(steps))
        {
            trainer.Step(batch).Dispose();
        }

        model.Save(folder);
        using var loaded = HrmModel.Load(folder);
        using var solver = new HrmSolver(loaded, options: new SolverOptions { MaxSegments = 8, Rule = HaltingRule.Never });
        var answer = task.Decode(solver.Solve(task.Encode(puzzles.Test[0].Question)).Tokens);
        // </readme>
        return (puzzles.Test[0], answer);
    }
}
