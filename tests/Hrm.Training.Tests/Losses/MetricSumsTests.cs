using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class MetricSumsTests
{
    [Fact]
    public void Sums_are_read_in_the_order_of_their_fields_added_and_averaged()
    {
        using var metrics = tensor(new double[] { 4, 3, 2, 1, 20, 8, 16, 24, 32 });
        var sums = MetricSums.Read(metrics);
        sums.Should().Be(new MetricSums(4, 3, 2, 1, 20, 8, 16, 24) { AuxiliaryLoss = 32 });
        (sums + new MetricSums(1, 2, 3, 4, 5, 6, 7, 8) { AuxiliaryLoss = 9 }).Should().Be(new MetricSums(5, 5, 5, 5, 25, 14, 23, 32) { AuxiliaryLoss = 41 });
        MetricSums.Read(sums.ToTensor()).Should().Be(sums);

        // Metrics are averages over the rows, losses over their own count.
        sums.Average(lossCount: 8).Should().Be(new MetricAverages(4, 0.75, 0.5, 0.25, 5, 1, 2, 3) { AuxiliaryLoss = 4 });
    }
}
