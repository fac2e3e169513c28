using Hrm.Core;
using Hrm.TestKit;
using Hrm.Training;
using TorchSharp;

namespace Hrm.PublicApi.Tests;

/// <summary>A task that is none of the paper's, from puzzles to checked answers, with public API alone.</summary>
public sealed class OwnTaskTests
{
    private const int Length = 6;
    private const int Limit = 10;

    private readonly SortingTask _task = new(Length, Limit);

    [Fact]
    public void It_takes_under_sixty_lines()
        => File.ReadLines(RepositoryFolder.Combine("tests", "Hrm.PublicApi.Tests", "SortingTask.cs")).Should().HaveCountLessThan(60);

    [Fact]
    public void A_group_begins_with_the_example_and_goes_on_with_variants()
    {
        var example = _task.ToExample([3, 1, 2, 9, 0, 4], [0, 1, 2, 3, 4, 9]);
        var group = _task.ToGroup(example, variants: 50, new StatefulRandom(1));
        group.Puzzles.Should().HaveCount(51).And.OnlyContain(puzzle => puzzle.Count == 1);
        group.Puzzles[0].Should().Equal(example);
        group.Puzzles.Should().OnlyContain(puzzle => puzzle[0].Labels.SequenceEqual(example.Labels) && _task.IsSolution(puzzle[0].Inputs, puzzle[0].Labels));
        group.Puzzles.Select(puzzle => string.Join(',', puzzle[0].Inputs)).Distinct().Should().HaveCountGreaterThan(30);
        example.Inputs.Should().Equal([4, 2, 3, 10, 1, 5], "a variant is a copy");
    }

    [Fact]
    public void A_model_learns_it_and_its_answers_can_be_checked()
    {
        var random = new StatefulRandom(1);
        var training = new InMemoryPuzzleDataset(Questions(400, random).Select(question => _task.ToGroup(ToExample(question), 3, random)), _task.VocabularySize);
        var test = new InMemoryPuzzleDataset(Questions(200, random).Select(ToExample), _task.VocabularySize);
        using var generator = new torch.Generator(1);
        using var model = new HrmModel(HrmPresets.Tiny(_task.SequenceLength, _task.VocabularySize), generator);
        var options = TrainerPresets.Tiny();
        options.TotalSteps = 300;
        options.Halting.MaxSegments = 2;
        var before = Solved(model, options, test);
        using var trainer = new LastCycleTrainer(model, options, generator);
        using var stream = new TrainingStream(training, options.GlobalBatchSize, augmentation: _task);
        using var run = new TrainingRun(trainer, stream, new TrainingRunOptions());
        run.Run();

        Solved(model, options, test).Should().BeGreaterThan(100).And.BeGreaterThan(before + 80, "of 200");
    }

    private int Solved(HrmModel model, TrainerOptions options, InMemoryPuzzleDataset test)
    {
        var solved = 0;
        new Evaluator(model, HrmTrainer.CreateLoss(options), new FixedHalting(2)).Evaluate(test, prediction =>
        {
            var isSolution = _task.IsSolution(prediction.Inputs, prediction.Tokens);
            isSolution.Should().Be(prediction.Result.IsExact, "there is one right order");
            solved += isSolution ? 1 : 0;
        });
        return solved;
    }

    private PuzzleExample ToExample(int[] question) => _task.ToExample(question, [.. question.Order()]);

    private static int[][] Questions(int count, Random random)
        => [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, Length).Select(_ => random.Next(Limit)).ToArray())];
}
