using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class PuzzleLoaderTests
{
    private const int Ignored = PuzzleBatch.IgnoredLabel;

    [Fact]
    public void InOrder_gives_every_example_once_and_pads_the_last_batch()
    {
        using var scope = NewDisposeScope();
        var batches = Read(new PuzzleLoader(MadeUpDatasets.Of([2, 1], [2]), batchSize: 3, CPU).InOrder());
        batches.Should().HaveCount(2);
        batches[0].Inputs.Should().Equal(0, 0, 0, 1, 1, 1, 2, 2, 2);
        batches[0].Labels.Should().Equal(0, Ignored, 0, 1, Ignored, 1, 2, Ignored, 2);
        batches[0].Ids.Should().Equal(0, 0, 1);
        batches[1].Inputs.Should().Equal(3, 3, 3, 4, 4, 4, 0, 0, 0);
        batches[1].Labels.Should().Equal(3, Ignored, 3, 4, Ignored, 4, Ignored, Ignored, Ignored);
        batches[1].Ids.Should().Equal(2, 2, 0);
    }

    [Fact]
    public void InOrder_full_last_batch_has_no_padding()
        => Read(new PuzzleLoader(MadeUpDatasets.Of([2], [2]), batchSize: 2, CPU).InOrder()).SelectMany(batch => batch.Inputs)
            .Should().Equal(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3);

    [Fact]
    public void TrainingBatches_follow_the_sampler_iteration_after_iteration()
    {
        var dataset = MadeUpDatasets.Of([1, 2], [3], [1]);
        var sampler = new GroupSampler(dataset, batchSize: 2, epochsPerIteration: 2, seed: 7);
        var expected = Enumerable.Range(0, 5).SelectMany(iteration => sampler.Iterate(iteration)).Take(9).ToArray();
        var batches = Read(new PuzzleLoader(dataset, 2, CPU).TrainingBatches(2, 7).Take(9));
        batches.SelectMany(batch => batch.Inputs).Should().Equal(expected.SelectMany(batch => batch).SelectMany(sample => Enumerable.Repeat(sample.Example, 3)));
        batches.SelectMany(batch => batch.Ids).Should().Equal(expected.SelectMany(batch => batch).Select(sample => sample.Puzzle));
    }

    [Fact]
    public void TrainingBatches_are_the_same_for_the_same_seed()
    {
        var dataset = MadeUpDatasets.Of([3, 1], [2], [1, 4]);
        Inputs(1).Should().Equal(Inputs(1));
        Inputs(1).Should().NotEqual(Inputs(2));

        int[] Inputs(long seed) => [.. Read(new PuzzleLoader(dataset, 2, CPU).TrainingBatches(3, seed, new AddsNoise()).Take(20)).SelectMany(batch => batch.Inputs)];
    }

    [Fact]
    public void TrainingBatches_augment_each_example_once_and_leave_the_dataset_alone()
    {
        var dataset = MadeUpDatasets.Of([1], [1], [1], [1]);
        var augmentation = new AddsNoise();
        var batches = Read(new PuzzleLoader(dataset, 4, CPU).TrainingBatches(1, 1, augmentation).Take(3));
        augmentation.Calls.Should().Be(12);
        batches.Should().AllSatisfy(batch => batch.Inputs.Should().AllSatisfy(token => token.Should().BeGreaterThanOrEqualTo(AddsNoise.Offset)));

        // Were the dataset changed in place, the second epoch would add the offset again.
        batches[2].Inputs.Should().AllSatisfy(token => token.Should().BeLessThan(2 * AddsNoise.Offset));
        batches[0].Inputs.Should().NotEqual(batches[1].Inputs);
    }

    [Fact]
    public void TrainingBatches_augmentation_does_not_change_what_is_sampled()
    {
        var dataset = MadeUpDatasets.Of([1, 1, 1], [2], [1, 1]);
        var plain = Read(new PuzzleLoader(dataset, 3, CPU).TrainingBatches(2, 9).Take(6));
        var augmented = Read(new PuzzleLoader(dataset, 3, CPU).TrainingBatches(2, 9, new AddsNoise()).Take(6));
        augmented.SelectMany(batch => batch.Ids).Should().Equal(plain.SelectMany(batch => batch.Ids));
    }

    [Fact]
    public void Constructor_refuses_an_empty_batch()
        => FluentActions.Invoking(() => new PuzzleLoader(MadeUpDatasets.Of([1]), 0, CPU)).Should().Throw<ArgumentOutOfRangeException>();

    private static List<(int[] Inputs, int[] Labels, int[] Ids)> Read(IEnumerable<PuzzleBatch> batches)
    {
        var values = new List<(int[], int[], int[])>();
        foreach (var batch in batches)
        {
            using (batch)
            {
                values.Add((batch.Inputs.data<int>().ToArray(), batch.Labels!.data<int>().ToArray(), batch.PuzzleIds.data<int>().ToArray()));
            }
        }

        return values;
    }

    private sealed class AddsNoise : IExampleAugmentation
    {
        public const int Offset = 1_000_000;

        public int Calls { get; private set; }

        public void Apply(Span<int> inputs, Span<int> labels, Random random)
        {
            Calls++;
            inputs[0] += Offset + random.Next(1000);
            inputs[1..].Fill(inputs[0]);
        }
    }
}
