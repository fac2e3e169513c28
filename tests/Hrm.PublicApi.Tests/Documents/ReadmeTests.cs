using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using TorchSharp;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>The code of the README that trains; InferenceGuideTests has the code that solves.</summary>
public sealed class ReadmeTests : GuideFolder
{
    [Fact]
    public void The_example_runs()
    {
        var steps = 3; // 800 in the README.

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
            trainer.Step(batch);
        }

        model.Save("my-model");
        using var loaded = HrmModel.Load("my-model");
        using var solver = new HrmSolver(loaded, options: new SolverOptions { MaxSegments = 8, Rule = HaltingRule.Never });
        var answer = task.Decode(solver.Solve(task.Encode(puzzles.Test[0].Question)).Tokens);
        // </readme>

        answer.Shape.Should().Be(SudokuShape.Four);
        File.Exists(Path.Combine("my-model", "model.safetensors")).Should().BeTrue();
        File.Exists(Path.Combine("my-model", "config.json")).Should().BeTrue();
    }
}
