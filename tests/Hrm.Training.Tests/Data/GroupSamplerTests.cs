namespace Hrm.Training.Tests;

public sealed class GroupSamplerTests
{
    /// <summary>The draws depend only on seed and iteration, in a fixed order: a resumed training must read the same batches.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Draws_are_those_of_a_plain_loop(int seed)
    {
        var dataset = MadeUpDatasets.Random(new Random(seed));
        var batchSize = 1 + (seed % 3);
        var sampler = new GroupSampler(dataset, batchSize, epochsPerIteration: 5, seed);
        sampler.Iterate(0).Should().NotBeEmpty();
        sampler.Iterate(3)
            .Should().BeEquivalentTo(PlainBatches(dataset, batchSize, epochs: 5, seed, iteration: 3), options => options.WithStrictOrdering());
    }

    [Fact]
    public void A_batch_that_an_iteration_might_not_fill_is_rejected()
    {
        // An epoch takes one puzzle per group: at least two of the five examples. With few large puzzles in many groups, iterations
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
}
