using Hrm.Core;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Updates parameters from their gradients. The learning rate comes in with each step, from a schedule.</summary>
/// <remarks>
/// Create it after the model was moved to its device: moving replaces the parameters. A parameter without a gradient is
/// left as it is, and its state too. What has to be saved to go on bit for bit is <see cref="Slots"/> and
/// <see cref="StepCounts"/>. Owns its state; dispose it. Not safe for concurrent use.
/// </remarks>
public abstract class ParameterOptimizer : IDisposable
{
    private readonly Parameter[] _parameters;
    private readonly long[] _stepCounts;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="parameters">The parameters to update, each once.</param>
    /// <exception cref="ArgumentException">There is none, or one comes twice.</exception>
    private protected ParameterOptimizer(IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = [.. parameters];
        _stepCounts = new long[_parameters.Length];
        if (_parameters.Length == 0)
        {
            throw new ArgumentException("expected at least one parameter", nameof(parameters));
        }

        if (_parameters.Distinct(ReferenceEqualityComparer.Instance).Count() != _parameters.Length)
        {
            throw new ArgumentException("expected each parameter once, got one twice", nameof(parameters));
        }
    }

    /// <summary>The parameters, in the order they were given.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Every tensor that is kept between steps, live: the optimizer goes on with what is copied into it.</summary>
    public abstract IReadOnlyList<OptimizerSlot> Slots { get; }

    /// <summary>The number of updates that each parameter has had, as it is now.</summary>
    public IReadOnlyList<long> StepCounts => [.. _stepCounts];

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="learningRate">The learning rate of this step; 0 updates only the optimizer's state.</param>
    /// <exception cref="ShapeMismatchException">A gradient has another shape than its parameter.</exception>
    public abstract void Step(double learningRate);

    /// <summary>Takes over the counts of an optimizer that was saved.</summary>
    /// <param name="counts">What its <see cref="StepCounts"/> were.</param>
    /// <exception cref="InvalidConfigException">They are not one a parameter, or one is negative; nothing has changed then.</exception>
    public void RestoreStepCounts(IReadOnlyList<long> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var rules = new RangeRules().Between("length", counts.Count, _parameters.Length, _parameters.Length);
        for (var i = 0; i < counts.Count; i++)
        {
            rules.Between($"[{i}]", counts[i], 0, long.MaxValue);
        }

        InvalidConfigException.ThrowIfAny("step counts", rules.Errors);

        for (var i = 0; i < counts.Count; i++)
        {
            _stepCounts[i] = counts[i];
        }
    }

    /// <summary>Drops all gradients.</summary>
    public void ClearGradients()
    {
        foreach (var parameter in _parameters)
        {
            parameter.grad = null;
        }
    }

    /// <summary>Frees the optimizer's state.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The gradient of a parameter, in the caller's dispose scope.</summary>
    /// <exception cref="ShapeMismatchException">It has another shape than the parameter: memory beyond its end would be read.</exception>
    internal Tensor? GradientOf(int parameter)
    {
        var expected = _parameters[parameter].shape;
        var gradient = _parameters[parameter].grad;
        if (gradient is not null && !expected.AsSpan().SequenceEqual(gradient.shape))
        {
            throw new ShapeMismatchException($"gradient of parameter {parameter}", Text(expected), Text(gradient.shape));
        }

        return gradient;

        static string Text(long[] shape) => $"[{string.Join(", ", shape)}]";
    }

    /// <summary>Counts one more update of a parameter.</summary>
    /// <param name="parameter">Its index.</param>
    /// <returns>Its updates, this one included.</returns>
    protected internal long CountStep(int parameter) => ++_stepCounts[parameter];

    /// <summary>Frees the optimizer's state.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected abstract void Dispose(bool disposing);
}
