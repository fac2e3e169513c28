using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>Several processes together read the same rows as one process.</summary>
public sealed class ShardTests
{
    private const int BatchSize = 4;

    [Theory]
    [InlineData(2, 0)]
    [InlineData(4, 0)]
    [InlineData(4, 2)]
    public void Rows_of_all_ranks_are_the_rows_of_one_process_augmentation_included(int worldSize, int prefetch)
    {
        var whole = Batches(rank: 0, worldSize: 1, prefetch, count: 15);
        var shards = Enumerable.Range(0, worldSize).Select(rank => Batches(rank, worldSize, prefetch, count: 15)).ToArray();
        for (var batch = 0; batch < whole.Count; batch++)
        {
            shards.SelectMany(shard => shard[batch].Rows).Should().BeEquivalentTo(whole[batch].Rows, options => options.WithStrictOrdering());
            shards.SelectMany(shard => shard[batch].Examples).Should().Equal(whole[batch].Examples);
            shards.Should().AllSatisfy(shard => shard[batch].Rows.Should().HaveCount(BatchSize / worldSize));
            shards.Should().AllSatisfy(shard => shard[batch].Position.Should().Be(whole[batch].Position));
        }

        whole.Select(batch => batch.Position.Iteration).Distinct().Count().Should().BeGreaterThan(2);
        whole.SelectMany(batch => batch.Rows).Select(row => row[0]).Should().OnlyHaveUniqueItems("the augmentation draws anew for every row");
    }

    [Fact]
    public void A_rank_resumes_at_any_position()
    {
        var all = Batches(rank: 1, worldSize: 2, prefetch: 0, count: 12);
        for (var start = 0; start < 12; start++)
        {
            Batches(rank: 1, worldSize: 2, prefetch: 0, count: 12 - start, from: all[start].Position)
                .Should().BeEquivalentTo(all[start..], options => options.WithStrictOrdering());
        }
    }

    [Fact]
    public void Ranks_and_world_sizes_that_do_not_fit_are_rejected()
    {
        Streaming(new TrainingStreamOptions { Rank = 2, WorldSize = 2 }).Should().Throw<InvalidConfigException>().WithMessage("*Rank: expected 0 … 1, got 2.");
        Streaming(new TrainingStreamOptions { WorldSize = 0, Rank = 1 }).Should().Throw<InvalidConfigException>()
            .WithMessage("*WorldSize: expected 1 … 2147483647, got 0; Rank: expected 0 … 0, got 1.");
        Streaming(new TrainingStreamOptions { WorldSize = 3 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*expected a multiple of 3, the number of processes*");

        static Action Streaming(TrainingStreamOptions options) => () => new TrainingStream(MadeUpDatasets.Of([1], [1]), BatchSize, options).Dispose();
    }

    private static List<(SamplerPosition Position, SampledExample[] Examples, int[][] Rows)> Batches(
        int rank, int worldSize, int prefetch, int count, SamplerPosition from = default)
    {
        using var stream = new TrainingStream(
            MadeUpDatasets.Of([1, 2], [3], [1], [2, 2], [5]),
            BatchSize,
            new TrainingStreamOptions { EpochsPerIteration = 2, Seed = 7, PrefetchBatches = prefetch, Rank = rank, WorldSize = worldSize },
            augmentation: new Scrambles());
        stream.Seek(from);
        var batches = new List<(SamplerPosition, SampledExample[], int[][])>();
        for (var i = 0; i < count; i++)
        {
            var rows = Rows(stream.Next());
            batches.Add((stream.Current!.Position, stream.Current.Examples, rows));
        }

        return batches;
    }

    /// <summary>Inputs, labels and id of each row.</summary>
    private static int[][] Rows(PuzzleBatch batch)
    {
        const int Length = MadeUpDatasets.SequenceLength;
        var (inputs, labels, ids) = (batch.Inputs.data<int>().ToArray(), batch.Labels!.data<int>().ToArray(), batch.PuzzleIds.data<int>().ToArray());
        return [.. ids.Select((id, row) => (int[])[.. inputs.AsSpan(row * Length, Length), .. labels.AsSpan(row * Length, Length), id])];
    }

    /// <summary>The number of draws differs per row, so rows that shared a random source would show.</summary>
    private sealed class Scrambles : IExampleAugmentation
    {
        public void Apply(Span<int> inputs, Span<int> labels, Random random)
        {
            for (var draws = inputs[0] % 3; draws >= 0; draws--)
            {
                inputs[0] += 1000 * random.Next(500_000);
            }
        }
    }
}
