namespace Hrm.Training;

/// <summary>Draws batches of examples as the authors do: each group once per epoch, one random puzzle of it.</summary>
/// <remarks>
/// An epoch visits the groups in random order and takes one random puzzle of each. The puzzle's examples are added in random order
/// until the batch is full; those that do not fit are dropped. An iteration is a number of epochs in one stream, so a batch may
/// cross epochs; its last, unfilled batch is dropped. Draws depend only on seed and iteration. The sets of a dataset are one
/// stream; the authors' loader reads them one after the other.
/// </remarks>
/// <exception cref="ArgumentOutOfRangeException">An iteration might not fill one batch.</exception>
internal sealed class GroupSampler(IPuzzleDataset dataset, int batchSize, int epochsPerIteration, long seed)
{
    private readonly int _batchSize = SmallestEpoch(dataset) * epochsPerIteration is var sure && batchSize <= sure
        ? batchSize
        : throw new ArgumentOutOfRangeException(nameof(batchSize), batchSize, $"expected at most {sure}, the examples that every iteration draws");

    /// <summary>The batches of an iteration, starting at a batch. Earlier ones are drawn but not returned.</summary>
    public IEnumerable<SampledExample[]> Iterate(long iteration, long firstBatch = 0)
    {
        var random = new StatefulRandom(seed).Split(iteration);
        var batch = new SampledExample[_batchSize];
        var (filled, number) = (0, 0L);
        foreach (var group in GroupOrder(random))
        {
            filled += AddPuzzleOf(group, batch.AsSpan(filled), random);
            if (filled < _batchSize)
            {
                continue;
            }

            if (number >= firstBatch)
            {
                yield return batch;
                batch = new SampledExample[_batchSize];
            }

            number++;
            filled = 0;
        }
    }

    /// <summary>The examples of an epoch that takes the smallest puzzle of every group. A stream of fewer examples might never fill a batch.</summary>
    private static long SmallestEpoch(IPuzzleDataset dataset)
    {
        var sum = 0L;
        for (var group = 0; group < dataset.GroupOffsets.Count - 1; group++)
        {
            var smallest = int.MaxValue;
            for (var puzzle = dataset.GroupOffsets[group]; puzzle < dataset.GroupOffsets[group + 1]; puzzle++)
            {
                smallest = Math.Min(smallest, dataset.PuzzleOffsets[puzzle + 1] - dataset.PuzzleOffsets[puzzle]);
            }

            sum += smallest;
        }

        return sum;
    }

    private IEnumerable<int> GroupOrder(Random random)
    {
        var order = Enumerable.Range(0, dataset.GroupOffsets.Count - 1).ToArray();
        for (var epoch = 0; epoch < epochsPerIteration; epoch++)
        {
            random.ShuffleStably(order.AsSpan());
            foreach (var group in order)
            {
                yield return group;
            }
        }
    }

    /// <summary>Draws a puzzle of a group, and as many of its examples as fit.</summary>
    private int AddPuzzleOf(int group, Span<SampledExample> room, Random random)
    {
        var puzzle = random.Next(dataset.GroupOffsets[group], dataset.GroupOffsets[group + 1]);
        var first = dataset.PuzzleOffsets[puzzle];
        var count = dataset.PuzzleOffsets[puzzle + 1] - first;
        if (count == 1)
        {
            room[0] = new SampledExample(first, puzzle);
            return 1;
        }

        var examples = Enumerable.Range(first, count).ToArray();
        random.ShuffleStably(examples.AsSpan());
        var taken = Math.Min(count, room.Length);
        for (var i = 0; i < taken; i++)
        {
            room[i] = new SampledExample(examples[i], puzzle);
        }

        return taken;
    }
}

/// <summary>A drawn example and its puzzle, by their indices in the dataset.</summary>
internal readonly record struct SampledExample(int Example, int Puzzle);
