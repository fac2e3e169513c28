using TorchSharp.Modules;

namespace Hrm.Training;

/// <summary>Updates parameters from their gradients. The learning rate is an argument of each step.</summary>
/// <remarks>
/// <para>
/// Create it after the model was moved to its device: moving replaces the parameters. A parameter without a gradient, and
/// its state, do not change. Owns its state; dispose it. Not safe for concurrent use.
/// </para>
/// <para>
/// An optimizer of your own implements <see cref="Step"/>, within <c>torch.no_grad</c> and a dispose scope. Checkpoints save what it
/// keeps in <see cref="AddState"/> and <see cref="StepCounts"/>, and resume it bit for bit; other fields start anew.
/// </para>
/// </remarks>
public abstract class ParameterOptimizer : IDisposable
{
    private readonly Parameter[] _parameters;
    private readonly List<(string Name, int Parameter, Tensor Value)> _slots = [];

    /// <summary>Creates the optimizer.</summary>
    /// <param name="parameters">The parameters to update, each once.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one comes twice.</exception>
    protected ParameterOptimizer(IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
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
    }

    /// <summary>The parameters, in the order they were given.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>
    /// Every tensor that is kept between steps, with its name (<c>mean</c>, <c>square</c> or <c>momentum</c>) and the index of its
    /// parameter. Live: copying into them restores the state.
    /// </summary>
    internal IReadOnlyList<(string Name, int Parameter, Tensor Value)> Slots => _slots;

    /// <summary>The optimizers of which this one consists; itself if there are no others.</summary>
    internal virtual IEnumerable<ParameterOptimizer> Parts => [this];

    /// <summary>The number of updates of each parameter, from 0. An optimizer that needs them counts them in its <see cref="Step"/>.</summary>
    protected internal long[] StepCounts { get; }

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="learningRate">The learning rate of this step; 0 updates only the optimizer's state.</param>
    /// <exception cref="ShapeMismatchException">A gradient has another shape than its parameter.</exception>
    public abstract void Step(double learningRate);

    /// <summary>Creates tensors that are kept between steps: zeros like each parameter. Call it in the constructor.</summary>
    /// <param name="name">Their name in checkpoints, for instance <c>momentum</c>.</param>
    /// <param name="indices">The indices of the parameters that have one; all by default.</param>
    /// <returns>The tensors, in the order of the indices, to be changed in place. The optimizer owns them.</returns>
    /// <exception cref="ArgumentException">A parameter already has a state of this name.</exception>
    protected internal Tensor[] AddState(string name, IEnumerable<int>? indices = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        using var noGradient = no_grad();
        int[] chosen = [.. indices ?? Enumerable.Range(0, _parameters.Length)];
        if (_slots.Exists(slot => slot.Name == name && chosen.Contains(slot.Parameter)))
        {
            throw new ArgumentException($"expected each name once per parameter, got '{name}' twice", nameof(name));
        }

        Tensor[] values = [.. chosen.Select(index => zeros_like(_parameters[index]).DetachFromDisposeScope())];
        _slots.AddRange(chosen.Zip(values, (index, value) => (name, index, value)));
        return values;
    }

    /// <summary>Creates a tensor as <see cref="AddState"/> does for each parameter that is not frozen; another gets its own at its first gradient.</summary>
    /// <returns>The tensors, at the index of their parameter.</returns>
    internal Tensor?[] AddTrainedState(string name, IEnumerable<int> indices)
    {
        var state = new Tensor?[_parameters.Length];
        int[] trained = [.. indices.Where(index => _parameters[index].requires_grad)];
        foreach (var (index, value) in trained.Zip(AddState(name, trained)))
        {
            state[index] = value;
        }

        return state;
    }

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
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the optimizer's state.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> is the caller.</param>
    protected virtual void Dispose(bool disposing) => _slots.ForEach(slot => slot.Value.Dispose());

    /// <summary>The gradient of a parameter, in the caller's dispose scope; <see langword="null"/> if it has none.</summary>
    /// <param name="parameter">The index of the parameter.</param>
    /// <exception cref="ShapeMismatchException">Its shape is not the parameter's: an update would read beyond its end.</exception>
    protected internal Tensor? GradientOf(int parameter)
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
