using Hrm.Core;

namespace Hrm.Puzzles.Tests;

public class ArcDatasetTests
{
    [Fact]
    public void The_seed_determines_the_dataset_each_time_it_is_read()
    {
        var sets = MadeUpSets();
        var first = Build(sets, seed: 3);
        var second = Build(sets, seed: 3);

        first.Identifiers.Should().Equal(second.Identifiers);
        Tokens(first.Train).Should().Equal(Tokens(second.Train));
        Tokens(first.Train).Should().Equal(Tokens(first.Train));
        Tokens(first.Test).Should().Equal(Tokens(second.Test));
        Build(sets, seed: 4).Identifiers.Should().NotEqual(first.Identifiers);
    }

    [Fact]
    public void The_variants_of_a_task_do_not_depend_on_the_number_of_variants_of_others()
    {
        var random = new Random(1);
        ArcTask[] tasks = [.. Enumerable.Range(0, 6).Select(i => RandomArc.Task($"a{i}", random))];
        var plain = OneCell("plain", "1", "1");

        var before = Others(tasks);
        tasks[2] = plain;

        // A task of nine variants replaces one of twenty-one.
        Others(tasks).Should().Equal(before.Where(text => !text.StartsWith("a2", StringComparison.Ordinal)));

        static string[] Others(ArcTask[] tasks) =>
            [.. ArcDataset.Build([new(tasks, isEvaluation: false)], new() { Augmentations = 20 }).Identifiers
                .Where(text => !text.StartsWith("plain", StringComparison.Ordinal))];
    }

    [Fact]
    public void Tasks_are_shuffled_within_a_set_and_sets_keep_their_order()
    {
        var random = new Random(1);
        var sets = new[]
        {
            new ArcTaskSet([.. Enumerable.Range(0, 30).Select(i => RandomArc.Task($"a{i:00}", random))], isEvaluation: true),
            new ArcTaskSet([.. Enumerable.Range(0, 30).Select(i => RandomArc.Task($"b{i:00}", random))], isEvaluation: false),
        };

        var names = ArcDataset.Build(sets, new() { Augmentations = 0 }).Identifiers.Skip(1).ToArray();

        names.Take(30).Should().BeEquivalentTo(sets[0].Tasks.Select(task => task.Name)).And.NotBeInAscendingOrder();
        names.Skip(30).Should().BeEquivalentTo(sets[1].Tasks.Select(task => task.Name)).And.NotBeInAscendingOrder();
    }

    [Fact]
    public void All_variants_differ_in_demonstrations_or_test_pairs()
    {
        // One cell of colour 1 or 2: nine images of one colour, and 9 · 8 of two.
        var dataset = ArcDataset.Build([new ArcTaskSet([OneCell("alike", "1", "1"), OneCell("apart", "1", "2")], isEvaluation: true)], new() { Augmentations = 200 });

        dataset.Identifiers.Count(text => text.StartsWith("alike", StringComparison.Ordinal)).Should().Be(9);
        dataset.Identifiers.Count(text => text.StartsWith("apart", StringComparison.Ordinal)).Should().Be(72);
        dataset.Test.Single(group => dataset.Identifiers[group.Puzzles[0][0].PuzzleId] == "apart").Puzzles
            .Select(puzzle => (puzzle[0].Inputs[0], puzzle[0].Labels[0])).Distinct().Should().HaveCount(72);

        // The order of pairs makes no variant: exchanging colours 1 and 2 exchanges these two pairs, so only 36 of the 72 images differ.
        var (one, two) = (ArcGrid.Parse("1"), ArcGrid.Parse("2"));
        var task = new ArcTask("a", [new(one, one)], [new(two, two)]);
        ArcDataset.Build([new ArcTaskSet([task], isEvaluation: true)], new() { Augmentations = 200 }).Identifiers.Should().HaveCount(1 + 36);
    }

    [Fact]
    public void The_search_ends_after_five_draws_per_augmentation()
    {
        // One in 9 of the augmentations gives each of the nine images: 40 draws miss one for some seeds; 400 would not.
        var task = OneCell("a", "1", "1");
        var found = Enumerable.Range(0, 50)
            .Select(seed => ArcDataset.Build([new ArcTaskSet([task], isEvaluation: true)], new() { Augmentations = 8, Seed = seed }).Identifiers.Count - 2)
            .ToArray();

        // 40 draws miss each of the 8 other images with probability (8/9)^40 = 0.9 %: 7 % of the seeds miss one.
        found.Max().Should().Be(8);
        found.Min().Should().BeInRange(6, 7);
    }

    [Fact]
    public void Demonstrations_of_an_evaluation_task_are_in_the_train_split_and_its_test_pairs_are_not()
    {
        var random = new Random(2);
        var (evaluation, training) = (RandomArc.Task("e", random, train: 3, test: 2), RandomArc.Task("t", random, train: 3, test: 2));

        var dataset = ArcDataset.Build([new([evaluation], isEvaluation: true), new([training], isEvaluation: false)], new() { Augmentations = 2 });

        dataset.Train.Select(group => (group.Puzzles.Count, group.Puzzles[0].Count)).Should().Equal((3, 3), (3, 5));
        dataset.Test.Select(group => (group.Puzzles.Count, group.Puzzles[0].Count)).Should().Equal((3, 2));
        dataset.EvaluationTasks.Should().Equal(evaluation);
        dataset.Test.Single().Puzzles[0].Select(example => ArcEncoding.Decode(example.Labels)).Should()
            .Equal(evaluation.Test.Select(pair => (pair.Output!, 0, 0)));
    }

    [Fact]
    public void Without_translations_every_example_is_at_the_origin_and_with_them_one_of_each_puzzle()
    {
        var sets = MadeUpSets();

        Places(new() { Augmentations = 20, Translations = false }).SelectMany(places => places).Distinct().Should().Equal((0, 0));
        var moved = Places(new() { Augmentations = 20 }).ToArray();
        moved.All(places => places.Contains((0, 0))).Should().BeTrue();

        // Grids of at most 6 cells per side have at least 625 positions, so a second one at the origin is rare.
        moved.Count(places => places.Count(place => place == (0, 0)) > 1).Should().BeLessThan(4);
        moved.Select(places => Array.IndexOf(places, (0, 0))).Distinct().Should().HaveCount(2, "either of two examples can stay at the origin");

        IEnumerable<(int Row, int Column)[]> Places(ArcDatasetOptions options) =>
            ArcDataset.Build(sets, options).Train.SelectMany(group => group.Puzzles)
                .Where(puzzle => puzzle.Count == 2)
                .Select(puzzle => puzzle.Select(example => ArcEncoding.Decode(example.Inputs)).Select(placement => (placement.Row, placement.Column)).ToArray());
    }

    [Fact]
    public void On_a_small_canvas_grids_stay_on_it_and_a_larger_one_is_named()
    {
        var task = new ArcTask("a", [new(ArcGrid.Parse("12/34"), ArcGrid.Parse("123")), new(ArcGrid.Parse("1"), ArcGrid.Parse("2"))], [new(ArcGrid.Parse("3"), null)]);
        task.Side.Should().Be(3);

        var dataset = ArcDataset.Build([new([task], isEvaluation: true)], new() { Augmentations = 300, Canvas = 4 });

        var examples = dataset.Train.Concat(dataset.Test).SelectMany(group => group.Puzzles).SelectMany(puzzle => puzzle).ToArray();
        examples.Should().OnlyContain(example => example.Inputs.Length == 16 && example.Labels.Length == 16);
        examples.Select(example => ArcEncoding.Decode(example.Inputs)).Select(placement => (placement.Row, placement.Column)).Distinct()
            .Should().HaveCount(16, "a single cell can be anywhere");
        FluentActions.Invoking(() => ArcDataset.Build([new([task], isEvaluation: true)], new() { Canvas = 2 })).Should().Throw<HrmFormatException>()
            .WithMessage("a: expected grids of at most 2 × 2, the canvas, got a side of 3");
        new ArcDatasetOptions { Canvas = 31 }.FindErrors().Should().ContainSingle().Which.Should().Contain("Canvas");
    }

    [Fact]
    public void Unknown_outputs_are_accepted_only_for_evaluation()
    {
        var task = new ArcTask("a", [new(ArcGrid.Parse("1"), ArcGrid.Parse("2"))], [new(ArcGrid.Parse("3"), null)]);

        ArcDataset.Build([new([task], isEvaluation: true)], new() { Augmentations = 3 }).Test.Single().Puzzles
            .Should().HaveCount(4).And.OnlyContain(puzzle => puzzle[0].Labels.All(label => label == PuzzleBatch.IgnoredLabel));
        FluentActions.Invoking(() => ArcDataset.Build([new([task], isEvaluation: false)])).Should().Throw<HrmFormatException>()
            .WithMessage("a: expected the output of every test pair in a task that is trained on, got none");
    }

    [Fact]
    public void A_repeated_name_is_rejected() =>
        FluentActions.Invoking(() => ArcDataset.Build([.. MadeUpSets(), .. MadeUpSets()])).Should().Throw<HrmFormatException>()
            .WithMessage("e0: expected each task's name once, got it twice");

    [Fact]
    public void Bad_options_are_rejected_and_the_defaults_are_those_of_the_paper()
    {
        var options = new ArcDatasetOptions();

        (options.Augmentations, options.Translations, options.Seed).Should().Be((1_000, true, 0));
        FluentActions.Invoking(() => ArcDataset.Build([], new() { Augmentations = -1 })).Should().Throw<InvalidConfigException>()
            .WithMessage("ARC dataset options: Augmentations: expected 0 … 100000, got -1.");
    }

    [Fact]
    public void Cancellation_stops_the_building() =>
        FluentActions.Invoking(() => ArcDataset.Build(MadeUpSets(), cancellationToken: new CancellationToken(canceled: true))).Should().Throw<OperationCanceledException>();

    private static ArcTask OneCell(string name, string input, string output)
    {
        var pair = new ArcPair(ArcGrid.Parse(input), ArcGrid.Parse(input));
        return new ArcTask(name, [pair], [pair with { Output = ArcGrid.Parse(output) }]);
    }

    private static ArcDataset Build(IEnumerable<ArcTaskSet> sets, long seed) => ArcDataset.Build(sets, new() { Augmentations = 5, Seed = seed });

    private static ArcTaskSet[] MadeUpSets()
    {
        var random = new Random(7);
        return
        [
            new([.. Enumerable.Range(0, 4).Select(i => RandomArc.Task($"e{i}", random))], isEvaluation: true),
            new([.. Enumerable.Range(0, 4).Select(i => RandomArc.Task($"t{i}", random, train: 3))], isEvaluation: false),
        ];
    }

    private static IEnumerable<int> Tokens(IEnumerable<PuzzleGroup> groups) =>
        groups.SelectMany(group => group.Puzzles).SelectMany(puzzle => puzzle).SelectMany(example => example.Inputs.Concat(example.Labels).Append(example.PuzzleId));
}
