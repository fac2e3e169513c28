using TorchSharp.Modules;

namespace Hrm.Training;

/// <summary>A running average of parameters, for evaluation and the saved model: <c>shadow = d·shadow + (1-d)·p</c> per step.</summary>
/// <remarks>
/// The shadow starts as a copy of the parameters. There is no bias correction, and buffers are not averaged. Owns the shadow;
/// dispose it. Source: as in TRM, arXiv 2510.04871, with d = 0.999.
/// </remarks>
public sealed class ExponentialMovingAverage : IDisposable
{
    private readonly Parameter[] _parameters;
    private readonly Tensor[] _shadow;
    private readonly double _decay;

    /// <summary>Creates the average as a copy of the parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="decay">d, above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="decay"/> is out of range.</exception>
    public ExponentialMovingAverage(IEnumerable<Parameter> parameters, double decay)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (decay is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(decay), decay, "expected a number above 0 and below 1");
        }

        _parameters = [.. parameters];
        _shadow = Copy(_parameters);
        _decay = decay;
    }

    /// <summary>The average, one tensor per parameter in their order. Live and owned by this object: copy into it to restore it.</summary>
    public IReadOnlyList<Tensor> Values => _shadow;

    /// <summary>Adds the present values of the parameters to the average. That of a frozen parameter does not change, not even by rounding.</summary>
    public void Update()
    {
        using var noGradient = no_grad();
        for (var i = 0; i < _parameters.Length; i++)
        {
            if (_parameters[i].requires_grad)
            {
                _shadow[i].TimesInPlace(_decay).PlusInPlace(_parameters[i], 1 - _decay);
            }
        }
    }

    /// <summary>Replaces the parameters by the average until the result is disposed.</summary>
    public IDisposable Apply()
    {
        var originals = Copy(_parameters);
        Write(_shadow);
        return new Application(this, originals);
    }

    /// <summary>Frees the shadow.</summary>
    public void Dispose() => Array.ForEach(_shadow, tensor => tensor.Dispose());

    private static Tensor[] Copy(Parameter[] parameters)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return [.. parameters.Select(parameter => parameter.detach().clone().DetachFromDisposeScope())];
    }

    private void Write(Tensor[] values)
    {
        using var noGradient = no_grad();
        for (var i = 0; i < values.Length; i++)
        {
            _parameters[i].copy_(values[i]);
        }
    }

    private sealed class Application(ExponentialMovingAverage average, Tensor[] originals) : IDisposable
    {
        public void Dispose()
        {
            average.Write(originals);
            Array.ForEach(originals, tensor => tensor.Dispose());
            originals = [];
        }
    }
}
