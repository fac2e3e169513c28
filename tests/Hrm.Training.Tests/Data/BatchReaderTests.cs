using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class BatchReaderTests
{
    private const int Ignored = PuzzleBatch.IgnoredLabel;

    [Fact]
    public void Every_example_comes_once_in_order_and_the_last_batch_is_filled()
    {
        var batches = new BatchReader(MadeUpDatasets.Of([2, 1], [2]), 3, CPU).InOrder().Select(read => (
            Inputs: read.Batch.Inputs.data<int>().ToArray(),
            Labels: read.Batch.Labels!.data<int>().ToArray(),
            Ids: read.Batch.PuzzleIds.data<int>().ToArray(),
            read.Count)).ToArray();
        batches.Should().HaveCount(2);
        batches[0].Inputs.Should().Equal(0, 0, 0, 1, 1, 1, 2, 2, 2);
        batches[0].Labels.Should().Equal(0, Ignored, 0, 1, Ignored, 1, 2, Ignored, 2);
        batches[0].Ids.Should().Equal(0, 0, 1);
        batches[0].Count.Should().Be(3);
        batches[1].Inputs.Should().Equal(3, 3, 3, 4, 4, 4, 0, 0, 0);
        batches[1].Labels.Should().Equal(3, Ignored, 3, 4, Ignored, 4, Ignored, Ignored, Ignored);
        batches[1].Ids.Should().Equal(2, 2, 0);
        batches[1].Count.Should().Be(2);
    }

    [Fact]
    public void A_batch_larger_than_an_array_is_rejected()
        => FluentActions.Invoking(() => new BatchReader(MadeUpDatasets.Of([1]), int.MaxValue, CPU)).Should().Throw<ArgumentOutOfRangeException>();
}
