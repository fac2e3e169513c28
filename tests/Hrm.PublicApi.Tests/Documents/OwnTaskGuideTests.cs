using Hrm.Core;
using Hrm.Training;
using TorchSharp;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>The code of docs/own-task.md, from the first line to the last.</summary>
public sealed class OwnTaskGuideTests : GuideFolder
{
    [Fact]
    [Trait("Category", "Slow")]
    public void A_task_is_trained_scored_saved_and_solved()
    {
        // <own-data>
        var task = new SortingTask(length: 6, limit: 10);
        var random = new StatefulRandom(1);
        int[][] questions = [.. Enumerable.Range(0, 600).Select(_ => Enumerable.Range(0, 6).Select(_ => random.Next(10)).ToArray())];
        var examples = questions.Select(question => task.ToExample(question, [.. question.Order()])).ToArray();
        var training = new InMemoryPuzzleDataset(examples[..400].Select(example => task.ToGroup(example, variants: 3, random)), task.VocabularySize);
        var test = new InMemoryPuzzleDataset(examples[400..], task.VocabularySize);
        // </own-data>

        // <own-training>
        var options = TrainerPresets.Tiny();
        options.TotalSteps = 600;
        options.GradientMode = GradientMode.LastCycle;
        options.Halting.MaxSegments = 2;

        using var generator = new torch.Generator(1);
        using var model = new HrmModel(HrmPresets.Tiny(task.SequenceLength, task.VocabularySize), generator);
        using var trainer = new HrmTrainer(model, options, generator);
        using var stream = new TrainingStream(training, options.GlobalBatchSize, augmentation: task);
        using var run = new TrainingRun(trainer, stream, new TrainingRunOptions());
        run.Run();
        // </own-training>

        // <own-score>
        var solved = 0;
        var evaluator = new Evaluator(model, 2, loss: HrmTrainer.CreateLoss(options));
        var averages = evaluator.Evaluate(test, example => solved += task.IsSolution(example.Inputs, example.Answer) ? 1 : 0);
        Console.WriteLine($"{solved} of {test.ExampleCount} solved, {averages.ExactAccuracy:P0} exact");
        // </own-score>

        solved.Should().BeGreaterThan(100, "of 200");
        evaluator.Evaluate(test, example => task.IsSolution(example.Inputs, example.Answer)
            .Should().Be(example.IsExact, "there is one right order"));

        // <own-solver>
        model.Save("sorting-model");
        using var solver = HrmSolver.Load("sorting-model", new SolverOptions { MaxSegments = 2, Rule = HaltingRule.Never });
        var answer = new PuzzleSolver<int[], int[]>(solver, task).Solve([5, 3, 9, 0, 3, 1]);
        Console.WriteLine($"{string.Join(' ', answer.Answer)}: {(answer.IsSolution ? "sorted" : "not sorted")}");
        // </own-solver>

        answer.Answer.Should().HaveCount(6);
    }
}
