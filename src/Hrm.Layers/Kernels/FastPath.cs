using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers.Kernels;

/// <summary>Decides whether the kernels of this folder replace the plain operations.</summary>
/// <remarks>
/// The kernels take contiguous float32 and bfloat16 tensors on the CPU. Everything else takes the plain operations, as does
/// everything if the environment variable <c>HRM_FAST_PATH</c> is <c>0</c> or <c>off</c> when the process starts.
/// </remarks>
internal static unsafe class FastPath
{
    /// <summary>The environment variable that switches the kernels off.</summary>
    public const string Variable = "HRM_FAST_PATH";

    /// <summary>TorchSharp gives no address of more than 2 GB, and the float32 form of every tensor must stay below it.</summary>
    private const long MostValues = int.MaxValue / sizeof(float);

    /// <summary>Whether the kernels are in use in this process.</summary>
    public static readonly bool IsOn =
        !IsOff(Environment.GetEnvironmentVariable(Variable)) && Vector256.IsHardwareAccelerated && BitConverter.IsLittleEndian;

    /// <summary>Whether a value of the environment variable switches the kernels off.</summary>
    public static bool IsOff(string? value)
        => value is "0" || string.Equals(value, "off", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a kernel may read and write the memory of this tensor, and of another one of <paramref name="most"/> values like it.</summary>
    public static bool Applies(Tensor tensor, long most = 0)
        => IsOn
        && tensor.dtype is ScalarType.Float32 or ScalarType.BFloat16
        && tensor.device_type == DeviceType.CPU
        && !tensor.is_sparse
        && tensor.is_contiguous()
        && tensor.numel() > 0
        && Math.Max(most, tensor.numel()) <= MostValues;

    /// <summary>Whether an operation on these tensors is recorded for a backward pass.</summary>
    public static bool Records(params ReadOnlySpan<Tensor> tensors)
    {
        if (!is_grad_enabled())
        {
            return false;
        }

        foreach (var tensor in tensors)
        {
            if (tensor.requires_grad)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The address of the first value of a tensor that <see cref="Applies"/>. It is valid while the tensor lives: keep the tensor
    /// alive until the work on its memory is over.
    /// </summary>
    public static T* AddressOf<T>(Tensor tensor)
        where T : unmanaged
        => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
