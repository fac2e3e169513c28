namespace Hrm.Training.Tests;

public sealed class CosineScheduleTests
{
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
