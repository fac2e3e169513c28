namespace Hrm.Training.Tests;

public sealed class CosineScheduleTests
{
    [Fact]
    public void At_rises_linearly_then_falls_by_half_a_cosine()
    {
        var schedule = new CosineSchedule(2, warmupSteps: 4, totalSteps: 12, minRatio: 0.5);
        double[] expected = [0.5, 1, 1.5, 2, .. Enumerable.Range(1, 8).Select(step => 1 + (0.5 * (1 + Math.Cos(Math.PI * step / 8))))];
        Enumerable.Range(1, 12).Select(step => schedule.At(step)).Should().Equal(expected, (left, right) => Math.Abs(left - right) < 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    public void At_beyond_the_end_stays_at_the_minimum(double ratio)
    {
        var schedule = new CosineSchedule(4, warmupSteps: 2, totalSteps: 8, ratio);
        schedule.At(8).Should().BeApproximately(4 * ratio, 1e-15);
        schedule.At(9).Should().Be(schedule.At(8));
        schedule.At(long.MaxValue).Should().Be(schedule.At(8));
    }

    [Fact]
    public void At_warm_up_longer_than_the_run_never_reaches_the_base_rate_before_it_ends()
    {
        var schedule = new CosineSchedule(1, warmupSteps: 10, totalSteps: 5, minRatio: 0);
        Enumerable.Range(1, 10).Select(step => schedule.At(step)).Should().Equal(
            Enumerable.Range(1, 10).Select(step => step / 10.0),
            (left, right) => Math.Abs(left - right) < 1e-15);
    }
}
