using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>A norm that may still lie on a device: it is fetched by whoever reads it first.</summary>
/// <remarks>Owns the tensor that waits to be read.</remarks>
internal sealed class MeasuredNorm
{
    private Tensor? _waiting; // []
    private double? _value;

    /// <summary>Whether there is a norm that the host knows.</summary>
    public bool IsKnown => _value is not null;

    /// <summary>The norm, or <see langword="null"/> where none was measured.</summary>
    public double? Value
    {
        get
        {
            if (_waiting is { } tensor)
            {
                Set(tensor.ToDouble());
            }

            return _value;
        }
    }

    public void Set(double norm)
    {
        Clear();
        _value = norm;
    }

    /// <summary>Takes over a norm on a device, [], float64.</summary>
    public void Set(Tensor norm)
    {
        Clear();
        _waiting = norm.DetachFromDisposeScope();
    }

    public void Clear()
    {
        _waiting?.Dispose();
        _waiting = null;
        _value = null;
    }
}
