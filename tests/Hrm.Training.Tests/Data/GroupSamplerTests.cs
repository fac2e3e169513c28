namespace Hrm.Training.Tests;

public sealed class GroupSamplerTests
{
    /// <summary>
    /// Replays an iteration against the rules: whole batches only; in them, runs of examples of one puzzle, each run's puzzle
    /// from a group that this epoch has not had, none of its examples twice, and none left out but at the end of a batch.
    /// </summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Iterate_keeps_the_rules_for_groups_of_any_size(int seed)
    {
        var random = new Random(seed);
        var dataset = MadeUpDatasets.Random(random);
        var groups = dataset.GroupOffsets.Count - 1;
        var (epochs, batchSize) = (random.Next(1, 6), random.Next(1, Math.Max(2, groups)));
        var drawn = new List<int>();
        foreach (var batch in new GroupSampler(dataset, batchSize, epochs, seed).Iterate(seed))
        {
            batch.Should().HaveCount(batchSize);
            var runs = Runs(batch).ToArray();
            for (var run = 0; run < runs.Length; run++)
            {
                var (puzzle, examples) = runs[run];
                var (first, next) = (dataset.PuzzleOffsets[puzzle], dataset.PuzzleOffsets[puzzle + 1]);
                examples.Should().OnlyHaveUniqueItems().And.AllSatisfy(example => example.Should().BeInRange(first, next - 1));
                if (run < runs.Length - 1)
                {
                    examples.Should().HaveCount(next - first, "a puzzle is cut only by the end of the batch");
                }

                drawn.Add(GroupOf(dataset, puzzle));
            }
        }

        foreach (var epoch in drawn.Chunk(groups))
        {
            epoch.Should().OnlyHaveUniqueItems("an epoch visits each group once");
        }

        drawn.Count.Should().BeInRange(1, groups * epochs);
    }

    [Fact]
    public void Iterate_drops_what_does_not_fit_of_a_puzzle()
    {
        var dataset = MadeUpDatasets.Of([5], [5], [5]);
        var batches = new GroupSampler(dataset, batchSize: 3, epochsPerIteration: 1, seed: 1).Iterate(0).ToArray();
        batches.Should().HaveCount(3).And.AllSatisfy(batch => batch.Select(sample => sample.Puzzle).Distinct().Should().HaveCount(1));
    }

    [Fact]
    public void Iterate_lets_a_batch_cross_epochs_and_drops_the_last_unfilled_one()
    {
        var dataset = MadeUpDatasets.Of([1], [1], [1]);
        var batches = new GroupSampler(dataset, batchSize: 2, epochsPerIteration: 3, seed: 1).Iterate(0).ToArray();

        // Nine examples: four whole batches, the second of which holds the last of one epoch and the first of the next.
        var examples = batches.SelectMany(batch => batch).Select(sample => sample.Example).ToArray();
        examples.Should().HaveCount(8);
        examples[..3].Should().BeEquivalentTo([0, 1, 2]);
        examples[3..6].Should().BeEquivalentTo([0, 1, 2]);
        examples[6..].Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Iterate_depends_on_seed_and_iteration_alone()
    {
        var dataset = MadeUpDatasets.Of([.. Enumerable.Repeat(new[] { 2, 3 }, 10)]);
        var sampler = new GroupSampler(dataset, 4, 3, seed: 5);
        var third = Flat(sampler.Iterate(3));
        Flat(sampler.Iterate(0));
        Flat(sampler.Iterate(3)).Should().Equal(third);
        Flat(new GroupSampler(dataset, 4, 3, seed: 5).Iterate(3)).Should().Equal(third);
        Flat(sampler.Iterate(4)).Should().NotEqual(third);
        Flat(new GroupSampler(dataset, 4, 3, seed: 6).Iterate(3)).Should().NotEqual(third);

        static SampledExample[] Flat(IEnumerable<IReadOnlyList<SampledExample>> batches) => [.. batches.SelectMany(batch => batch)];
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Iterate_from_a_place_on_is_the_rest_of_the_iteration(int seed)
    {
        var dataset = MadeUpDatasets.Random(new Random(seed));
        var sampler = new GroupSampler(dataset, batchSize: 3, epochsPerIteration: 9, seed);
        var all = sampler.Iterate(2).ToArray();
        for (var first = 0; first <= all.Length; first++)
        {
            sampler.Iterate(2, first).Should().BeEquivalentTo(all[first..], options => options.WithStrictOrdering());
        }
    }

    /// <summary>A checkpoint goes on with the batches that earlier versions would have drawn, which drew them like this.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Iterate_draws_what_the_plain_loop_draws(int seed)
    {
        var dataset = MadeUpDatasets.Random(new Random(seed));
        var batchSize = 1 + (seed % 3);
        new GroupSampler(dataset, batchSize, epochsPerIteration: 5, seed).Iterate(3)
            .Should().BeEquivalentTo(PlainBatches(dataset, batchSize, epochs: 5, seed, iteration: 3), options => options.WithStrictOrdering());
    }

    [Fact]
    public void Iterate_draws_puzzles_of_a_group_and_orders_of_groups_evenly()
    {
        // Two groups; the first has four puzzles. 2,000 epochs: 500 each expected, standard deviation 19.
        var dataset = MadeUpDatasets.Of([1, 1, 1, 1], [1]);
        var samples = new GroupSampler(dataset, 2, 2000, seed: 3).Iterate(0).ToArray();
        var puzzles = samples.SelectMany(batch => batch).GroupBy(sample => sample.Puzzle).ToDictionary(group => group.Key, group => group.Count());
        puzzles[4].Should().Be(2000);
        Enumerable.Range(0, 4).Select(puzzle => puzzles[puzzle]).Should().AllSatisfy(count => count.Should().BeInRange(400, 600));
        samples.Count(batch => batch[0].Puzzle == 4).Should().BeInRange(850, 1150);
    }

    [Fact]
    public void Iterate_draws_every_example_of_a_puzzle_that_never_fits_whole()
    {
        var dataset = MadeUpDatasets.Of([6]);
        var drawn = new GroupSampler(dataset, 2, 200, seed: 4).Iterate(0).SelectMany(batch => batch).Select(sample => sample.Example);
        drawn.Distinct().Should().BeEquivalentTo(Enumerable.Range(0, 6));
    }

    [Fact]
    public void Constructor_refuses_a_batch_that_an_iteration_might_not_fill()
    {
        // An epoch takes one puzzle a group: two of the five examples at least. With many groups and few large puzzles, iterations
        // that fill a batch may be so rare that a stream hangs.
        var dataset = MadeUpDatasets.Of([1, 2], [1, 1]);
        new GroupSampler(dataset, batchSize: 4, epochsPerIteration: 2, seed: 1).Should().NotBeNull();
        FluentActions.Invoking(() => new GroupSampler(dataset, batchSize: 5, epochsPerIteration: 2, seed: 1))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*at most 4, the examples that every iteration draws*");
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(0, 40)];

    private static IEnumerable<SampledExample[]> PlainBatches(InMemoryPuzzleDataset dataset, int batchSize, int epochs, long seed, long iteration)
    {
        var random = new Core.StatefulRandom(seed).Split(iteration);
        var order = Enumerable.Range(0, dataset.GroupOffsets.Count - 1).ToArray();
        var batch = new List<SampledExample>();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            random.Shuffle(order);
            foreach (var group in order)
            {
                var puzzle = random.Next(dataset.GroupOffsets[group], dataset.GroupOffsets[group + 1]);
                var examples = Enumerable.Range(dataset.PuzzleOffsets[puzzle], dataset.PuzzleOffsets[puzzle + 1] - dataset.PuzzleOffsets[puzzle]).ToArray();
                random.Shuffle(examples);
                batch.AddRange(examples.Take(batchSize - batch.Count).Select(example => new SampledExample(example, puzzle)));
                if (batch.Count == batchSize)
                {
                    yield return [.. batch];
                    batch.Clear();
                }
            }
        }
    }

    private static int GroupOf(InMemoryPuzzleDataset dataset, int puzzle)
        => Enumerable.Range(0, dataset.GroupOffsets.Count - 1).Single(group => dataset.GroupOffsets[group] <= puzzle && puzzle < dataset.GroupOffsets[group + 1]);

    /// <summary>Neighbours of one puzzle; no puzzle follows itself, for that takes a group twice in a row: a new epoch.</summary>
    private static IEnumerable<(int Puzzle, List<int> Examples)> Runs(SampledExample[] batch)
    {
        List<int>? run = null;
        for (var i = 0; i < batch.Length; i++)
        {
            if (run is null || batch[i].Puzzle != batch[i - 1].Puzzle || run.Contains(batch[i].Example))
            {
                if (run is not null)
                {
                    yield return (batch[i - 1].Puzzle, run);
                }

                run = [];
            }

            run.Add(batch[i].Example);
        }

        yield return (batch[^1].Puzzle, run!);
    }
}
