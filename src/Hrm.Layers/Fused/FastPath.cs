using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>Decides where the fused kernels of this folder take the place of the plain operations.</summary>
/// <remarks>
/// They serve contiguous float32 and bfloat16 tensors on the CPU. Everything else takes the plain operations, and so does
/// everything where the environment variable <c>HRM_FAST_PATH</c> is <c>0</c> or <c>off</c> when the process starts.
/// </remarks>
internal static class FastPath
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

    /// <summary>Whether a kernel may walk the memory of this tensor.</summary>
    public static bool Applies(Tensor tensor)
        => IsOn
        && tensor.dtype is ScalarType.Float32 or ScalarType.BFloat16
        && tensor.device_type == DeviceType.CPU
        && !tensor.is_sparse
        && tensor.is_contiguous()
        && tensor.numel() is > 0 and <= MostValues;

    /// <summary>Whether an operation on these tensors is recorded for a backward pass.</summary>
    public static bool Records(Tensor tensor) => is_grad_enabled() && tensor.requires_grad;

    /// <inheritdoc cref="Records(Tensor)"/>
    public static bool Records(Tensor first, Tensor second) => is_grad_enabled() && (first.requires_grad || second.requires_grad);
}
