namespace Hrm.Training;

/// <summary>Linear warm-up from 0, then half a cosine down to a fraction of the base learning rate.</summary>
/// <remarks>
/// With steps counted from 1: during the warm-up <c>base · step / warmup</c>, afterwards
/// <c>base · (r + (1 - r) · ½ · (1 + cos(π · progress)))</c>, r being the minimum ratio. With r = 1 it is constant after the warm-up.
/// </remarks>
/// <param name="baseRate">The highest learning rate.</param>
/// <param name="warmupSteps">The number of warm-up steps.</param>
/// <param name="totalSteps">The total number of steps.</param>
/// <param name="minRatio">The fraction of the base rate at the end, 0 … 1.</param>
public sealed class CosineSchedule(double baseRate, long warmupSteps, long totalSteps, double minRatio)
{
    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">The step, from 1.</param>
    public double At(long step)
    {
        if (step < warmupSteps)
        {
            return baseRate * step / Math.Max(1, warmupSteps);
        }

        var progress = (double)(step - warmupSteps) / Math.Max(1, totalSteps - warmupSteps);
        var cosine = 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, progress)));
        return baseRate * (minRatio + ((1 - minRatio) * cosine));
    }
}
