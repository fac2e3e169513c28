using Hrm.Core;

namespace Hrm.Training.Tests;

public sealed class TrainingStreamTests
{
    private const int NoiseOffset = 1_000_000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void Batches_follow_the_sampler_iteration_after_iteration(int prefetch)
    {
        var dataset = MadeUpDatasets.Of([1, 2], [3], [1]);
        var sampler = new GroupSampler(dataset, batchSize: 2, epochsPerIteration: 2, seed: 7);
        var expected = Enumerable.Range(0, 5).SelectMany(iteration => sampler.Iterate(iteration)).SelectMany(batch => batch).Take(18).ToArray();
        var options = new TrainingStreamOptions { EpochsPerIteration = 2, Seed = 7, PrefetchBatches = prefetch };
        using var stream = new TrainingStream(dataset, 2, options);
        var batches = stream.Take(9).Select(batch => (Inputs: batch.Inputs.data<int>().ToArray(), Ids: batch.PuzzleIds.data<int>().ToArray())).ToArray();
        batches.SelectMany(batch => batch.Inputs).Should().Equal(expected.SelectMany(sample => Enumerable.Repeat(sample.Example, 3)));
        batches.SelectMany(batch => batch.Ids).Should().Equal(expected.Select(sample => sample.Puzzle));

        // An augmentation does not change which examples are drawn.
        using var augmented = new TrainingStream(dataset, 2, options, augmentation: AddsNoise());
        augmented.Take(9).SelectMany(_ => augmented.Current!.Examples).Should().Equal(expected);
    }

    [Fact]
    public void Each_example_is_augmented_once_and_the_dataset_does_not_change()
    {
        var augmentation = AddsNoise();
        using var stream = new TrainingStream(
            MadeUpDatasets.Of([1], [1], [1], [1]), 4, new TrainingStreamOptions { EpochsPerIteration = 1, PrefetchBatches = 0 }, augmentation: augmentation);
        var batches = stream.Take(3).Select(batch => batch.Inputs.data<int>().ToArray()).ToArray();
        augmentation.Calls.Should().Be(12);

        // If the dataset were changed in place, the second epoch would add the offset again.
        batches.Should().AllSatisfy(tokens => tokens.Should().AllSatisfy(token => token.Should().BeInRange(NoiseOffset, (2 * NoiseOffset) - 1)));
        batches[0].Should().NotEqual(batches[1]);
    }

    [Fact]
    public void The_stream_frees_a_batch_when_the_next_one_is_taken()
    {
        using var stream = Create(0);
        var first = stream.Next();
        var kept = first.Clone();
        stream.Next().Inputs.IsInvalid.Should().BeFalse();
        first.Inputs.IsInvalid.Should().BeTrue();
        kept.Inputs.IsInvalid.Should().BeFalse();
        kept.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_stream_resumes_at_any_position(int prefetch)
    {
        using var stream = Create(prefetch);
        var positions = new List<SamplerPosition> { stream.Position };
        var batches = new List<int[]>();
        for (var i = 0; i < 12; i++)
        {
            batches.AddRange(Read(stream, 1));
            positions.Add(stream.Position);
        }

        positions.Select(position => position.Iteration).Distinct().Count().Should().BeGreaterThan(2, "the positions must include ends of iterations");

        // Each seek but the first drops batches that were prepared.
        using var other = Create(prefetch);
        foreach (var start in Enumerable.Range(0, 12).Reverse())
        {
            other.Seek(positions[start]);
            Read(other, 12 - start).Should().BeEquivalentTo(batches[start..], options => options.WithStrictOrdering());
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    public async Task An_augmentation_that_calls_its_stream_is_rejected(int prefetch, bool disposes)
    {
        var created = new TaskCompletionSource<TrainingStream>();
        using var stream = Create(prefetch, new Augmentation((_, _, _) =>
        {
            if (disposes)
            {
                created.Task.Result.Dispose();
            }

            created.Task.Result.Next();
        }));
        created.SetResult(stream);
        (await stream.Awaiting(it => Task.Run(() => it.Next()).WaitAsync(TimeSpan.FromSeconds(20))).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("TrainingStream: expected a call from another thread, *");
    }

    [Fact]
    public void A_wait_for_a_slow_batch_is_cancelled_and_the_batch_is_not_lost()
    {
        using var opened = new ManualResetEventSlim();
        using var stream = Create(1, new Augmentation((_, _, _) => opened.Wait()));
        using var plain = Create(0, new Augmentation((_, _, _) => { }));
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        stream.Invoking(it => it.Next(cancellation.Token)).Should().Throw<OperationCanceledException>();
        opened.Set();
        Read(stream, 2).Should().BeEquivalentTo(Read(plain, 2), options => options.WithStrictOrdering());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Skipped_batches_are_omitted_and_the_others_do_not_change(int prefetch)
    {
        using var stream = Create(prefetch);
        stream.Seek(default, [new SamplerPosition(0, 1), new SamplerPosition(1, 0)]);
        using var whole = Create(0);
        var all = Positions(whole, 8);
        Positions(stream, 6).Should().Equal(all.Where(position => position != new SamplerPosition(0, 1) && position != new SamplerPosition(1, 0)).Take(6));
        stream.Skipped.Should().HaveCount(2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_failed_augmentation_throws_after_the_earlier_batches_and_does_not_change_the_position(int prefetch)
    {
        var examples = 0;
        using var stream = Create(prefetch, new Augmentation((_, _, _) =>
        {
            if (++examples >= 5)
            {
                throw new InvalidDataException("example 5");
            }
        }));
        Read(stream, 2).Should().HaveCount(2);
        var position = stream.Position;
        for (var attempt = 0; attempt < 2; attempt++)
        {
            stream.Invoking(it => it.Next()).Should().Throw<InvalidDataException>().WithMessage("example 5");
            stream.Position.Should().Be(position);
        }
    }

    [Fact]
    public void Cancellation_does_not_change_the_position()
    {
        using var stream = Create(2);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        stream.Invoking(it => it.Next(cancelled.Token)).Should().Throw<OperationCanceledException>();
        stream.Position.Should().Be(default(SamplerPosition));
        Read(stream, 2).Should().BeEquivalentTo(Read(Create(0), 2), options => options.WithStrictOrdering());
    }

    [Fact]
    public void The_queue_is_bounded()
    {
        var counts = Scrambles();
        using var stream = Create(3, counts);
        Read(stream, 1);
        SpinWait.SpinUntil(() => counts.Calls >= 10, TimeSpan.FromSeconds(5)).Should().BeTrue();
        Thread.Sleep(100);

        // One was read, three wait, one waits to be put: five batches of two examples.
        counts.Calls.Should().Be(10);
    }

    [Fact]
    public void A_disposed_stream_frees_its_tensors()
    {
        var live = LiveTensors.Count();
        for (var i = 0; i < 5; i++)
        {
            using var stream = Create(4);
            Read(stream, 3);
        }

        TorchSharp.torch.Tensor.TotalCount.Should().Be(live);
    }

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
            shards.Should().AllSatisfy(shard => shard[batch].Rows.Should().HaveCount(4 / worldSize));
            shards.Should().AllSatisfy(shard => shard[batch].Position.Should().Be(whole[batch].Position));
        }

        whole.Select(batch => batch.Position.Iteration).Distinct().Count().Should().BeGreaterThan(2);
        whole.SelectMany(batch => batch.Rows).Select(row => row[0]).Should().OnlyHaveUniqueItems("each row has its own draws");
    }

    [Fact]
    public void Ranks_and_world_sizes_that_do_not_fit_are_rejected()
    {
        Streaming(new TrainingStreamOptions { Rank = 2, WorldSize = 2 }).Should().Throw<InvalidConfigException>().WithMessage("*Rank: expected 0 … 1, got 2.");
        Streaming(new TrainingStreamOptions { WorldSize = 0, Rank = 1 }).Should().Throw<InvalidConfigException>()
            .WithMessage("*WorldSize: expected 1 … 2147483647, got 0; Rank: expected 0 … 0, got 1.");
        Streaming(new TrainingStreamOptions { WorldSize = 3 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*expected a multiple of 3, the number of processes*");

        static Action Streaming(TrainingStreamOptions options) => () => new TrainingStream(MadeUpDatasets.Of([1], [1]), 4, options).Dispose();
    }

    private static TrainingStream Create(int prefetch, Augmentation? augmentation = null) => new(
        MadeUpDatasets.Of([1, 2], [3], [1], [2, 2]),
        2,
        new TrainingStreamOptions { EpochsPerIteration = 2, Seed = 7, PrefetchBatches = prefetch },
        augmentation: augmentation ?? Scrambles());

    private static List<int[]> Read(TrainingStream stream, int count)
        => [.. stream.Take(count).Select(batch => (int[])[.. batch.Inputs.data<int>(), .. batch.Labels!.data<int>(), .. batch.PuzzleIds.data<int>()])];

    private static SamplerPosition[] Positions(TrainingStream stream, int count) => [.. stream.Take(count).Select(_ => stream.Current!.Position)];

    private static List<(SamplerPosition Position, SampledExample[] Examples, int[][] Rows)> Batches(int rank, int worldSize, int prefetch, int count)
    {
        using var stream = new TrainingStream(
            MadeUpDatasets.Of([1, 2], [3], [1], [2, 2], [5]),
            4,
            new TrainingStreamOptions { EpochsPerIteration = 2, Seed = 7, PrefetchBatches = prefetch, Rank = rank, WorldSize = worldSize },
            augmentation: Scrambles());
        return [.. stream.Take(count).Select(batch => (stream.Current!.Position, stream.Current.Examples, Rows(batch)))];
    }

    /// <summary>Inputs, labels and id of each row.</summary>
    private static int[][] Rows(PuzzleBatch batch)
    {
        const int Length = MadeUpDatasets.SequenceLength;
        var (inputs, labels, ids) = (batch.Inputs.data<int>().ToArray(), batch.Labels!.data<int>().ToArray(), batch.PuzzleIds.data<int>().ToArray());
        return [.. ids.Select((id, row) => (int[])[.. inputs.AsSpan(row * Length, Length), .. labels.AsSpan(row * Length, Length), id])];
    }

    /// <summary>The number of draws differs per row, so rows that shared a random source would show.</summary>
    private static Augmentation Scrambles() => new((inputs, _, random) =>
    {
        for (var draws = inputs[0] % 3; draws >= 0; draws--)
        {
            inputs[0] += 1000 * random.Next(500_000);
        }
    });

    private static Augmentation AddsNoise() => new((inputs, _, random) => inputs.Fill(inputs[0] + NoiseOffset + random.Next(1000)));

    private delegate void Change(Span<int> inputs, Span<int> labels, Random random);

    /// <summary>Changes each example by a method, and counts them.</summary>
    private sealed class Augmentation(Change change) : IExampleAugmentation
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public void Augment(Span<int> inputs, Span<int> labels, Random random)
        {
            Interlocked.Increment(ref _calls);
            change(inputs, labels, random);
        }
    }
}
