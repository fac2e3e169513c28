using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Work on the memory of contiguous float32 tensors on the CPU, in chunks on several threads.</summary>
/// <remarks>
/// One fork for all tensors: many small ones cost no more than a large one. Any thread may take any chunk, so the result of
/// a chunk must depend on the chunk only. A sum is computed per chunk and added in the order of the chunks.
/// </remarks>
internal static unsafe class FloatPass
{
    /// <summary>64 KB of each array: four arrays of a chunk fit the second-level cache.</summary>
    private const int ChunkLength = 1 << 14;

    /// <summary>A chunk takes about ten microseconds: for fewer than these no thread is woken.</summary>
    private const int FewChunks = 4;

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

    /// <summary>The address of the first value; valid while the tensor lives.</summary>
    public static float* AddressOf(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

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
    public static void Run(int chunks, Action<int> work)
    {
        var threads = chunks < FewChunks ? 1 : get_num_threads();
        var last = -1;
        if (threads == 1)
        {
            TakeChunks(0);
        }
        else
        {
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, TakeChunks);
        }

        void TakeChunks(int thread)
        {
            for (var chunk = Interlocked.Increment(ref last); chunk < chunks; chunk = Interlocked.Increment(ref last))
            {
                work(chunk);
            }
        }
    }
}
