using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>The memory of tensors for which <see cref="FastPath.Applies"/>.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>The address of the first value; valid while the tensor lives: keep it alive until the work on its memory is over.</summary>
    public static void* AddressOf(Tensor tensor) => Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
