using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>The memory of tensors whose values lie one after the other as float32 on the CPU.</summary>
internal static unsafe class FloatMemory
{
    /// <summary>
    /// Whether a pass of our own should walk the values. TorchSharp gives no address of more than 2 GB, and without vector
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
    /// Tells libtorch that values were written: an older graph that needs the old ones then fails in its backward pass, as
    /// it does after libtorch's own writes. Writes nothing itself.
    /// </summary>
    public static void MarkWritten(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        tensor.view(-1).narrow(0, 0, 0).zero_();
    }
}
