using Hrm.Core;

namespace Hrm.Training;

/// <summary>Linear warm-up from 0, then half a cosine down to a share of the base learning rate.</summary>
/// <remarks>
/// With step counted from 1: below the warm-up <c>base · step / warmup</c>, then
/// <c>base · (r + (1 - r) · ½ · (1 + cos(π · progress)))</c>, r the minimum ratio. With r = 1 it is constant after the warm-up.
/// </remarks>
public sealed class CosineSchedule
{
    private readonly double _baseRate;
    private readonly long _warmupSteps;
    private readonly long _totalSteps;
    private readonly double _minRatio;

    /// <summary>Creates the schedule.</summary>
    /// <param name="baseRate">The highest learning rate.</param>
    /// <param name="warmupSteps">The number of warm-up steps.</param>
    /// <param name="totalSteps">The number of steps in all.</param>
    /// <param name="minRatio">The share of the base rate at the end, 0 … 1.</param>
    /// <exception cref="InvalidConfigException">Values are out of range; all are listed.</exception>
    public CosineSchedule(double baseRate, long warmupSteps, long totalSteps, double minRatio)
    {
        var errors = new RangeRules()
            .NotNegative(nameof(baseRate), baseRate)
            .Between(nameof(warmupSteps), warmupSteps, 0, long.MaxValue)
            .Between(nameof(totalSteps), totalSteps, 1, long.MaxValue)
            .Between(nameof(minRatio), minRatio, 0, 1)
            .Errors;
        InvalidConfigException.ThrowIfAny("learning-rate schedule", errors);

        _baseRate = baseRate;
        _warmupSteps = warmupSteps;
        _totalSteps = totalSteps;
        _minRatio = minRatio;
    }

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">The step, from 1.</param>
    public double At(long step)
    {
        if (step < _warmupSteps)
        {
            return _baseRate * step / Math.Max(1, _warmupSteps);
        }

        var progress = (double)(step - _warmupSteps) / Math.Max(1, _totalSteps - _warmupSteps);
        var cosine = 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, progress)));
        return _baseRate * (_minRatio + ((1 - _minRatio) * cosine));
    }
}
