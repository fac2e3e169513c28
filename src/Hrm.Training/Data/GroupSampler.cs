using System.Buffers;
using Hrm.Core;

namespace Hrm.Training;

/// <summary>Draws batches of examples as the authors do: each group once an epoch, one random puzzle of it.</summary>
/// <remarks>
/// An epoch visits the groups in random order, takes one random puzzle of each, and adds its examples, in random order,
/// until the batch is full; what does not fit of that puzzle is dropped, not carried over. An iteration is a number of
/// epochs in one stream, so a batch may cross epochs; its last, unfilled batch is dropped. The draw depends on seed and
/// iteration alone. The sets of a dataset are one stream; the authors' loader goes through them one after the other.
/// </remarks>
public sealed class GroupSampler
{
    private readonly IPuzzleDataset _dataset;
    private readonly int _batchSize;
    private readonly int _epochsPerIteration;
    private readonly long _seed;

    /// <summary>Creates the sampler.</summary>
    /// <param name="dataset">The examples.</param>
    /// <param name="batchSize">B.</param>
    /// <param name="epochsPerIteration">The number of epochs in one stream.</param>
    /// <param name="seed">The seed of every draw.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive, or an iteration might not fill one batch.</exception>
    public GroupSampler(IPuzzleDataset dataset, int batchSize, int epochsPerIteration, long seed)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epochsPerIteration);
        var sure = SmallestEpoch(dataset) * epochsPerIteration;
        if (batchSize > sure)
        {
            throw new ArgumentOutOfRangeException(nameof(batchSize), batchSize, $"expected at most {sure}, the examples that every iteration draws");
        }

        _dataset = dataset;
        _batchSize = batchSize;
        _epochsPerIteration = epochsPerIteration;
        _seed = seed;
    }

    /// <summary>The batches of one iteration.</summary>
    /// <param name="iteration">Its number, from 0.</param>
    /// <returns>For each batch B examples with their puzzles.</returns>
    public IEnumerable<IReadOnlyList<SampledExample>> Iterate(long iteration) => Iterate(iteration, firstBatch: 0);

    /// <summary>The batches of one iteration from a place on. Those before it are drawn, for chance goes on from them, but not kept.</summary>
    internal IEnumerable<SampledExample[]> Iterate(long iteration, long firstBatch)
    {
        var random = new StatefulRandom(_seed).Split(iteration);
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

    /// <summary>What an epoch draws where it takes the smallest puzzle of every group: with less, a stream might go on without ever filling a batch.</summary>
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
        var order = Enumerable.Range(0, _dataset.GroupOffsets.Count - 1).ToArray();
        for (var epoch = 0; epoch < _epochsPerIteration; epoch++)
        {
            random.ShuffleStably(order.AsSpan());
            foreach (var group in order)
            {
                yield return group;
            }
        }
    }

    /// <summary>Draws a puzzle of a group and as many of its examples as there is room for.</summary>
    private int AddPuzzleOf(int group, Span<SampledExample> room, Random random)
    {
        var puzzle = random.Next(_dataset.GroupOffsets[group], _dataset.GroupOffsets[group + 1]);
        var first = _dataset.PuzzleOffsets[puzzle];
        var count = _dataset.PuzzleOffsets[puzzle + 1] - first;
        if (count == 1)
        {
            room[0] = new SampledExample(first, puzzle);
            return 1;
        }

        var examples = ArrayPool<int>.Shared.Rent(count);
        for (var i = 0; i < count; i++)
        {
            examples[i] = first + i;
        }

        random.ShuffleStably(examples.AsSpan(0, count));
        var taken = Math.Min(count, room.Length);
        for (var i = 0; i < taken; i++)
        {
            room[i] = new SampledExample(examples[i], puzzle);
        }

        ArrayPool<int>.Shared.Return(examples);
        return taken;
    }
}
