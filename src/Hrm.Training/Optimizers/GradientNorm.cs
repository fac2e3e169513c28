using System.Runtime.Intrinsics;
using Hrm.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>The Euclidean norm of all gradients together, <c>√(Σ g²)</c> summed in float64, and its limit.</summary>
/// <remarks>
/// Float32 on the CPU is read in one pass on several threads; the result does not depend on their number. Other tensors use
/// eager operations. A NaN gives NaN, an infinity infinity. On a GPU a limit leaves the norm there until it is read.
/// </remarks>
internal sealed unsafe class GradientNorm
{
    private Tensor? _onDevice; // []
    private double? _value;

    /// <summary>The last norm, or <see langword="null"/> if none was measured. May wait for the device.</summary>
    public double? Value
    {
        get
        {
            if (_onDevice is { } norm)
            {
                Set(norm.ToDouble());
            }

            return _value;
        }
    }

    /// <summary>Measures the gradients; waits for the device.</summary>
    public double Measure(IReadOnlyList<Parameter> parameters)
    {
        var norm = Of(parameters);
        Set(norm);
        return norm;
    }

    /// <summary>
    /// Scales all gradients by <c>maxNorm / norm</c> if their norm is above <paramref name="maxNorm"/>. A NaN stays; an
    /// infinite norm makes the infinite gradients NaN and the others 0, so that both remain visible.
    /// </summary>
    /// <param name="parameters">The parameters, all on one device.</param>
    /// <param name="maxNorm">The largest norm, above 0.</param>
    public void Limit(IReadOnlyList<Parameter> parameters, double maxNorm)
    {
        if (_value is null && parameters[0].device_type != DeviceType.CPU)
        {
            using var scope = NewDisposeScope();
            var onDevice = LimitOnDevice(parameters, maxNorm);
            Clear();
            _onDevice = onDevice.DetachFromDisposeScope();
            return;
        }

        var norm = _value ?? Measure(parameters);
        if (norm > maxNorm)
        {
            Scale(parameters, maxNorm / norm);
        }
    }

    /// <summary>Forgets the last norm.</summary>
    public void Clear()
    {
        _onDevice?.Dispose();
        _onDevice = null;
        _value = null;
    }

    /// <summary>The norm of the gradients; 0 if no parameter has one.</summary>
    public static double Of(IReadOnlyList<Parameter> parameters)
    {
        using var scope = NewDisposeScope(); // Keeps the gradients alive until the pass is over.
        return OfTensors(GradientsOf(parameters));
    }

    /// <summary>The norm of tensors, for instance of all weights: finite only if every value is.</summary>
    public static double OfTensors(IEnumerable<Tensor> tensors)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var walked = tensors.Where(tensor => tensor.numel() > 0).ToLookup(FloatPass.CanWalk);
        Tensor[] others = [.. walked[false]];
        return Math.Sqrt(SumOfSquares([.. walked[true]]) + (others.Length == 0 ? 0 : SumOnDevice(others).ToDouble()));
    }

    /// <summary>The norm of the gradients as a tensor, [], float64, on their device, in the caller's dispose scope; does not wait.</summary>
    public static Tensor OnDevice(IReadOnlyList<Parameter> parameters)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor[] gradients = [.. GradientsOf(parameters)];
        var sum = gradients.Length == 0 ? zeros([], ScalarType.Float64, parameters[0].device) : SumOnDevice(gradients); // []
        return sum.sqrt().MoveToOuterDisposeScope();
    }

    /// <summary>As <see cref="Limit"/>, without waiting for the device.</summary>
    /// <returns>[], float64: the norm before, on the device, in the caller's dispose scope.</returns>
    internal static Tensor LimitOnDevice(IReadOnlyList<Parameter> parameters, double maxNorm)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var limit = maxNorm.ToScalar();
        var norm = OnDevice(parameters); // []
        var factor = where(norm.gt(limit), norm.reciprocal().mul_(limit), ones_like(norm)).to_type(ScalarType.Float32); // []
        foreach (var gradient in GradientsOf(parameters))
        {
            gradient.mul_(factor);
        }

        return norm.MoveToOuterDisposeScope();
    }

    private static void Scale(IReadOnlyList<Parameter> parameters, double factor)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var scalar = factor.ToScalar();
        foreach (var gradient in GradientsOf(parameters))
        {
            gradient.mul_(scalar);
        }
    }

    private static IEnumerable<Tensor> GradientsOf(IEnumerable<Parameter> parameters)
        => parameters.Select(parameter => parameter.grad).OfType<Tensor>();

    private static double SumOfSquares(Tensor[] tensors)
    {
        var addresses = Array.ConvertAll(tensors, tensor => (nint)FloatPass.AddressOf(tensor));
        var chunks = FloatPass.Chunks(Array.ConvertAll(tensors, tensor => tensor.numel()));
        var sums = new double[chunks.Length];
        FloatPass.Run(chunks.Length, index =>
        {
            var (tensor, offset, length) = chunks[index];
            sums[index] = SumOfSquares((float*)addresses[tensor] + offset, length);
        });
        var total = 0.0;
        Array.ForEach(sums, sum => total += sum);
        return total;
    }

    private static double SumOfSquares(float* values, int length)
    {
        var (low, high) = (Vector512<double>.Zero, Vector512<double>.Zero);
        var i = 0;
        for (; i <= length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var (left, right) = Vector512.Widen(Vector512.Load(values + i));
            low = Vector512.MultiplyAddEstimate(left, left, low);
            high = Vector512.MultiplyAddEstimate(right, right, high);
        }

        var sum = Vector512.Sum(low + high);
        for (; i < length; i++)
        {
            sum += (double)values[i] * values[i];
        }

        return sum;
    }

    /// <summary>Σ x² over all tensors, [], float64, on the device of the first.</summary>
    private static Tensor SumOnDevice(Tensor[] tensors)
    {
        var sums = Array.ConvertAll(tensors, tensor => tensor.to(ScalarType.Float64).Squared().sum());
        return stack(Array.ConvertAll(sums, sum => sum.to(sums[0].device))).sum(); // []
    }

    private void Set(double norm)
    {
        Clear();
        _value = norm;
    }
}
