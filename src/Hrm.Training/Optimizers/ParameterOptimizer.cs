using Hrm.Core;
using Hrm.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Updates parameters from their gradients. The learning rate is an argument of each step.</summary>
/// <remarks>
/// Create it after the model was moved to its device: moving replaces the parameters. A parameter without a gradient, and
/// its state, do not change. Owns its state; dispose it. Not safe for concurrent use.
/// </remarks>
public abstract class ParameterOptimizer : IDisposable
{
    private readonly Parameter[] _parameters;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="parameters">The parameters to update, each once.</param>
    /// <param name="options">The settings.</param>
    /// <param name="isATan2">The direction of Adam: with atan2, or with a division and ε.</param>
    /// <param name="matrices">The indices of the parameters that the subclass updates instead of Adam, each of two dimensions.</param>
    /// <exception cref="ArgumentException">There is no parameter, one comes twice, or an index is outside the parameters.</exception>
    /// <exception cref="InvalidConfigException">The options have invalid fields; all are listed.</exception>
    /// <exception cref="ShapeMismatchException">A parameter among the matrices is not of two dimensions.</exception>
    private protected ParameterOptimizer(IEnumerable<Parameter> parameters, OptimizerOptions options, bool isATan2, IEnumerable<int> matrices)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        InvalidConfigException.ThrowIfInvalid("optimizer options", options);
        _parameters = [.. parameters];
        StepCounts = new long[_parameters.Length];
        if (_parameters.Length == 0)
        {
            throw new ArgumentException("expected at least one parameter", nameof(parameters));
        }

        if (_parameters.Distinct(ReferenceEqualityComparer.Instance).Count() != _parameters.Length)
        {
            throw new ArgumentException("expected each parameter once, got one twice", nameof(parameters));
        }

        Matrices = [.. matrices.Distinct().Order()];
        foreach (var index in Matrices)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(matrices));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _parameters.Length, nameof(matrices));
            ShapeGuard.Require(_parameters[index], $"{nameof(parameters)}[{index}]", "rows", "columns");
        }

        Adam = new Adam(this, Enumerable.Range(0, _parameters.Length).Except(Matrices), options, isATan2);
    }

    /// <summary>The parameters, in the order they were given.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>
    /// Every tensor that is kept between steps, with its name (<c>mean</c>, <c>square</c> or <c>momentum</c>) and the index of its
    /// parameter. Live: copying into them restores the state.
    /// </summary>
    internal virtual IReadOnlyList<(string Name, int Parameter, Tensor Value)> Slots => Adam.Slots;

    /// <summary>The number of updates of each parameter, live.</summary>
    internal long[] StepCounts { get; }

    /// <summary>The averages and update of all other parameters than the <see cref="Matrices"/>.</summary>
    private protected Adam Adam { get; }

    /// <summary>The indices of the parameters that the subclass updates.</summary>
    private protected int[] Matrices { get; }

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="learningRate">The learning rate of this step; 0 updates only the optimizer's state.</param>
    /// <exception cref="ShapeMismatchException">A gradient has another shape than its parameter.</exception>
    public virtual void Step(double learningRate) => Adam.Step(learningRate);

    /// <summary>Creates the optimizer that options name, for all parameters of a model in their order.</summary>
    /// <remarks>
    /// Muon takes the matrices of the blocks. AdamW takes embeddings, positions, heads and biases: their rows are looked up or
    /// scored one by one, so that an update of the whole matrix has no meaning.
    /// </remarks>
    internal static ParameterOptimizer Create(HrmModel model, OptimizerOptions options)
    {
        var named = model.named_parameters().ToArray();
        var parameters = named.Select(entry => entry.parameter);
        return options.Kind switch
        {
            OptimizerKind.AdamW => new AdamW(parameters, options),
            OptimizerKind.Muon => new Muon(parameters, Enumerable.Range(0, named.Length).Where(IsMatrixOfBlock), options),
            _ => new AdamATan2(parameters, options),
        };

        bool IsMatrixOfBlock(int index) => named[index].parameter.ndim == 2
            && named[index].name.Split('.')[0] is ModelKeys.HighLevel or ModelKeys.LowLevel;
    }

    /// <summary>Removes all gradients.</summary>
    public void ClearGradients()
    {
        foreach (var parameter in _parameters)
        {
            parameter.grad = null;
        }
    }

    /// <summary>Frees the optimizer's state.</summary>
    public virtual void Dispose()
    {
        Adam.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The gradient of a parameter, in the caller's dispose scope.</summary>
    /// <exception cref="ShapeMismatchException">Its shape is not the parameter's: an update would read beyond its end.</exception>
    internal Tensor? GradientOf(int parameter)
    {
        var gradient = _parameters[parameter].grad;
        if (gradient is not null)
        {
            ShapeGuard.Require(gradient, $"gradient of parameter {parameter}", [.. _parameters[parameter].shape]);
        }

        return gradient;
    }
}

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
