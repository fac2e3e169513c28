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
        var task = new SortingTask(length: 6);
        var random = new StatefulRandom(1);
        var questions = Enumerable.Range(0, 600).Select(_ => random.Next(1_000_000).ToString("D6"));
        var examples = questions.Select(question => new PuzzleExample(task.Parse(question), task.Parse(string.Concat(question.Order())))).ToArray();
        var training = new InMemoryPuzzleDataset(examples[..400].Select(example => PuzzleGroup.Augmented(example, task, variants: 3, random)), task.VocabularySize);
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
        var run = new TrainingRun(trainer, stream, new TrainingRunOptions());
        run.Run();
        // </own-training>

        // <own-score>
        var solved = 0;
        var evaluator = new Evaluator(model, options.Halting.MaxSegments);
        var averages = evaluator.Evaluate(test, example => solved += task.IsSolution(example.Inputs, example.Answer) ? 1 : 0);
        Console.WriteLine($"{solved} of {test.ExampleCount} solved, {averages.ExactAccuracy:P0} exact");
        // </own-score>

        solved.Should().BeGreaterThan(100, "of 200");
        evaluator.Evaluate(test, example => task.IsSolution(example.Inputs, example.Answer)
            .Should().Be(example.IsExact, "there is one right order"));

        // <own-solver>
        model.Save("sorting-model");
        using var solver = HrmSolver.Load("sorting-model", new SolverOptions { MaxSegments = 2, Rule = HaltingRule.Never });
        var answer = new PuzzleSolver(solver, task).Solve("539031");
        Console.WriteLine($"{answer.Text}: {(answer.IsSolution ? "sorted" : "not sorted")}");
        // </own-solver>

        answer.Text.Should().HaveLength(6);
    }

    [Fact]
    public void A_group_begins_with_the_example_and_continues_with_variants()
    {
        var task = new SortingTask(length: 6);
        var example = new PuzzleExample(task.Parse("312904"), task.Parse("012349"));
        var group = PuzzleGroup.Augmented(example, task, variants: 50, new StatefulRandom(1));
        group.Puzzles.Should().HaveCount(51).And.OnlyContain(puzzle => puzzle.Count == 1);
        group.Puzzles[0].Should().Equal(example);
        group.Puzzles.Should().OnlyContain(puzzle => puzzle[0].Labels.SequenceEqual(example.Labels) && task.IsSolution(puzzle[0].Inputs, puzzle[0].Labels));
        group.Puzzles.Select(puzzle => string.Join(',', puzzle[0].Inputs)).Distinct().Should().HaveCountGreaterThan(30);
        example.Inputs.Should().Equal([4, 2, 3, 10, 1, 5], "a variant is a copy");
    }
}
