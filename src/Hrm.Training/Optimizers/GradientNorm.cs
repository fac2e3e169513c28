using System.Runtime.Intrinsics;
using Hrm.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>The Euclidean norm of all gradients together: <c>√(Σ g²)</c>, summed in float64.</summary>
/// <remarks>
/// Float32 on the CPU is read in one pass on several threads, with a sum for each chunk that are added up in their order:
/// the result does not depend on the number of threads. Anything else by eager operations. A NaN gives NaN, an infinity
/// infinity.
/// </remarks>
internal static unsafe class GradientNorm
{
    /// <summary>The norm; 0 where no parameter has a gradient.</summary>
    public static double Of(IReadOnlyList<Parameter> parameters)
    {
        using var scope = NewDisposeScope(); // Keeps the gradients alive until the pass is over.
        return OfTensors(parameters.Select(parameter => parameter.grad).OfType<Tensor>());
    }

    /// <summary>The norm of any tensors together, for instance of all weights: finite only where every value is.</summary>
    public static double OfTensors(IEnumerable<Tensor> tensors)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var walked = tensors.Where(tensor => tensor.numel() > 0).ToLookup(FloatMemory.CanWalk);
        return Math.Sqrt(SumOfSquares([.. walked[true]], get_num_threads()) + SumEagerly([.. walked[false]]));
    }

    private static double SumOfSquares(Tensor[] gradients, int threads)
    {
        var addresses = Array.ConvertAll(gradients, gradient => (nint)FloatMemory.AddressOf(gradient));
        var chunks = Chunk.Cut(Array.ConvertAll(gradients, gradient => gradient.numel()));
        var sums = new double[chunks.Length];
        ChunkedPass.Run(chunks.Length, threads, index =>
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

    /// <summary>The norm as a tensor, [], float64, on the parameters' device, in the caller's dispose scope; nobody waits for it.</summary>
    public static Tensor OnDevice(IReadOnlyList<Parameter> parameters)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var gradients = parameters.Select(parameter => parameter.grad).OfType<Tensor>().ToArray();
        var sum = gradients.Length == 0 ? zeros([], ScalarType.Float64, parameters[0].device) : SumOnDevice(gradients); // []
        return sum.sqrt().MoveToOuterDisposeScope();
    }

    /// <summary>Waits for a device once, not once a tensor.</summary>
    private static double SumEagerly(Tensor[] gradients) => gradients.Length == 0 ? 0 : SumOnDevice(gradients).ToDouble();

    private static Tensor SumOnDevice(Tensor[] gradients)
    {
        var sums = Array.ConvertAll(gradients, gradient => gradient.to(ScalarType.Float64).Squared().sum());
        return stack(Array.ConvertAll(sums, sum => sum.to(sums[0].device))).sum(); // []
    }
}
