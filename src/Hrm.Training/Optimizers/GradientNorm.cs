using System.Runtime.Intrinsics;
using Hrm.Layers.Kernels;
using TorchSharp.Modules;

namespace Hrm.Training;

/// <summary>The Euclidean norm of all gradients together, <c>√(Σ g²)</c> summed in float64, and its limit.</summary>
/// <remarks>
/// Float32 on the CPU is read in one pass on several threads; the result does not depend on their number. Other tensors use
/// eager operations. A NaN gives NaN, an infinity infinity. The norm stays on the gradients' device until it is read.
/// </remarks>
internal sealed unsafe class GradientNorm
{
    private Tensor? _norm; // []

    /// <summary>The last norm, or <see langword="null"/> if none was measured. May wait for the device.</summary>
    public double? Value => _norm?.ToDouble();

    /// <summary>Measures the gradients; the norm is 0 if no parameter has one.</summary>
    /// <returns>[], float64; belongs to this object.</returns>
    public Tensor Measure(IReadOnlyList<Parameter> parameters)
    {
        var norm = Of(GradientsOf(parameters)).DetachFromDisposeScope();
        Clear();
        return _norm = norm;
    }

    /// <summary>
    /// Scales all gradients by <c>maxNorm / norm</c> if their norm is above <paramref name="maxNorm"/>. A NaN stays; an
    /// infinite norm makes the infinite gradients NaN and the others 0, so that both remain visible.
    /// </summary>
    public void Limit(IReadOnlyList<Parameter> parameters, double maxNorm)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var limit = maxNorm.ToScalar();
        var norm = _norm ?? Measure(parameters); // []
        if (norm.device_type == DeviceType.CPU && !(norm.ToDouble() > maxNorm))
        {
            return;
        }

        var factor = where(norm.gt(limit), full_like(norm, limit) / norm, ones_like(norm)).to_type(ScalarType.Float32); // []
        foreach (var gradient in GradientsOf(parameters))
        {
            gradient.mul_(factor);
        }
    }

    /// <summary>Forgets the last norm.</summary>
    public void Clear()
    {
        _norm?.Dispose();
        _norm = null;
    }

    /// <summary>The norm of tensors, for instance of all weights: finite only if every value is. Does not wait for a device.</summary>
    /// <returns>[], float64, on the device of the tensors, in the caller's dispose scope.</returns>
    public static Tensor Of(IEnumerable<Tensor> tensors)
    {
        using var scope = NewDisposeScope(); // Keeps the gradients alive until the pass is over.
        using var noGradient = no_grad();
        var walked = tensors.Where(tensor => tensor.numel() > 0).ToLookup(FloatPass.CanWalk);
        var sum = tensor(SumOfSquares([.. walked[true]]), ScalarType.Float64); // []
        Tensor[] others = [.. walked[false].Select(tensor => tensor.to(ScalarType.Float64).Squared().sum())]; // [] each
        if (others.Length > 0)
        {
            sum = stack(Array.ConvertAll(others, other => other.to(others[0].device))).sum().Plus(sum); // []
        }

        return sum.sqrt().MoveToOuterDisposeScope();
    }

    private static IEnumerable<Tensor> GradientsOf(IEnumerable<Parameter> parameters)
        => parameters.Select(parameter => parameter.grad).OfType<Tensor>();

    private static double SumOfSquares(Tensor[] tensors)
    {
        var addresses = Array.ConvertAll(tensors, tensor => (nint)FastPath.AddressOf<float>(tensor));
        var chunks = FloatPass.Chunks(Array.ConvertAll(tensors, tensor => tensor.numel()));
        var sums = new double[chunks.Length];
        FloatPass.Run(chunks.Length, arrays: 1, index =>
        {
            var (tensor, offset, length) = chunks[index];
            sums[index] = SumOfSquares((float*)addresses[tensor] + offset, length);
        });
        return sums.Aggregate(0.0, (total, sum) => total + sum);
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
}

/// <summary>Work on the memory of contiguous float32 tensors on the CPU, in chunks on several threads.</summary>
/// <remarks>
/// One fork for all tensors: many small ones cost no more than a large one. Any thread may take any chunk, so the result of
/// a chunk must depend on the chunk only. A sum is computed per chunk and added in the order of the chunks.
/// </remarks>
internal static class FloatPass
{
    /// <summary>64 KB of each array: four arrays of a chunk fit the second-level cache.</summary>
    private const int ChunkLength = 1 << 14;

    /// <summary>
    /// True if the values can be walked here. TorchSharp gives no address of more than 2 GB, and without vector
    /// instructions libtorch is faster.
    /// </summary>
    public static bool CanWalk(Tensor tensor)
        => Vector128.IsHardwareAccelerated
        && tensor.device_type == DeviceType.CPU
        && tensor.dtype == ScalarType.Float32
        && !tensor.is_sparse
        && tensor.is_contiguous()
        && tensor.numel() is > 0 and <= int.MaxValue / sizeof(float);

    /// <summary>
    /// Tells libtorch that the values change, as its own in-place operations do: an older graph that needs the old values
    /// then fails in its backward pass. Writes nothing itself.
    /// </summary>
    public static void MarkWritten(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        tensor.view(-1).narrow(0, 0, 0).zero_();
    }

    /// <summary>Cuts tensors of the given lengths into chunks, always at the same offsets.</summary>
    public static (int Tensor, long Offset, int Length)[] Chunks(IReadOnlyList<long> lengths)
    {
        var chunks = new List<(int, long, int)>();
        for (var tensor = 0; tensor < lengths.Count; tensor++)
        {
            for (long offset = 0; offset < lengths[tensor]; offset += ChunkLength)
            {
                chunks.Add((tensor, offset, (int)Math.Min(ChunkLength, lengths[tensor] - offset)));
            }
        }

        return [.. chunks];
    }

    /// <summary>Runs <paramref name="work"/> once per chunk, on as many threads as libtorch uses.</summary>
    /// <param name="chunks">The number of chunks.</param>
    /// <param name="arrays">The number of arrays that the work reads or writes; one that it reads and writes counts twice.</param>
    /// <param name="work">The work on the chunk with this index.</param>
    public static void Run(int chunks, int arrays, Action<int> work) => KernelThreads.Run(chunks, arrays * ChunkLength, (begin, end) =>
    {
        for (var chunk = begin; chunk < end; chunk++)
        {
            work((int)chunk);
        }
    });
}
