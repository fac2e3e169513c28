using TorchSharp.Modules;

namespace Hrm.Training;

/// <summary>Updates parameters from their gradients. The learning rate comes in with each step, from a schedule.</summary>
/// <remarks>
/// Create it after the model was moved to its device: moving replaces the parameters. A parameter without a gradient is
/// left as it is, and its state too. Owns its state; dispose it.
/// </remarks>
public abstract class ParameterOptimizer : IDisposable
{
    private readonly Parameter[] _parameters;

    /// <summary>Creates the optimizer.</summary>
    /// <param name="parameters">The parameters to update.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    protected ParameterOptimizer(IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = [.. parameters];
        if (_parameters.Length == 0)
        {
            throw new ArgumentException("expected at least one parameter", nameof(parameters));
        }
    }

    /// <summary>The parameters, in the order they were given.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="learningRate">The learning rate of this step; 0 updates only the optimizer's state.</param>
    public abstract void Step(double learningRate);

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

    /// <summary>Frees the optimizer's state.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected abstract void Dispose(bool disposing);
}
