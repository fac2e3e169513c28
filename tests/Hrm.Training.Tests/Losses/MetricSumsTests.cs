using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class MetricSumsTests
{
    private static readonly MetricSums Sums = new(4, 3, 2, 1, 20, 8, 16, 24);

    [Fact]
    public void Read_takes_the_values_in_the_order_of_the_fields()
    {
        using var metrics = tensor(new double[] { 4, 3, 2, 1, 20, 8, 16, 24 });
        MetricSums.Read(metrics).Should().Be(Sums);
    }

    [Fact]
    public void Plus_adds_every_field()
        => (Sums + new MetricSums(1, 2, 3, 4, 5, 6, 7, 8)).Should().Be(new MetricSums(5, 5, 5, 5, 25, 14, 23, 32));

    [Fact]
    public void Average_divides_metrics_by_rows_and_losses_by_their_own_count()
        => Sums.Average(lossCount: 8).Should().Be(new MetricAverages(4, 0.75, 0.5, 0.25, 5, 1, 2, 3));
}
