using TorchSharp.Modules;

namespace Hrm.Training;

/// <summary>Several optimizers as one: groups of parameters with settings and learning rates of their own.</summary>
/// <remarks>Owns its optimizers. The gradients of all groups together are limited by <see cref="TrainerOptions.MaxGradientNorm"/>.</remarks>
public sealed class OptimizerGroups : ParameterOptimizer
{
    private readonly (ParameterOptimizer Optimizer, double RateFactor)[] _groups;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="groups">Each optimizer, and the factor of its learning rate: its rate is the schedule's times the factor.</param>
    /// <exception cref="ArgumentException">There is no group, or a parameter is in two of them.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A factor is negative or not finite.</exception>
    public OptimizerGroups(params (ParameterOptimizer Optimizer, double RateFactor)[] groups)
        : base((groups ?? throw new ArgumentNullException(nameof(groups))).SelectMany(group => (group.Optimizer ?? throw new ArgumentNullException(nameof(groups))).Parameters))
    {
        _groups = [.. groups];
        foreach (var (_, factor) in _groups)
        {
            if (!double.IsFinite(factor) || factor < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(groups), factor, "expected a finite factor of at least 0");
            }
        }
    }

    /// <summary>The optimizers with their factors, for the settings of a checkpoint.</summary>
    public override string ToString()
        => string.Join(" + ", _groups.Select(group => FormattableString.Invariant($"{group.RateFactor} · {group.Optimizer}")));

    internal override IEnumerable<ParameterOptimizer> Parts => _groups.SelectMany(group => group.Optimizer.Parts);

    /// <inheritdoc/>
    public override void Step(double learningRate)
        => Array.ForEach(_groups, group => group.Optimizer.Step(learningRate * group.RateFactor));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Array.ForEach(_groups, group => group.Optimizer.Dispose());
        base.Dispose(disposing);
    }
}
