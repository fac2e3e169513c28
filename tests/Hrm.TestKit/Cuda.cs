using TorchSharp;
using Xunit;

namespace Hrm.TestKit;

/// <summary>A test on a CUDA device; skipped if there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CudaFactAttribute : FactAttribute
{
    public CudaFactAttribute() => Skip = Cuda.SkipReason;
}

/// <summary>A theory on a CUDA device; skipped if there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CudaTheoryAttribute : TheoryAttribute
{
    public CudaTheoryAttribute() => Skip = Cuda.SkipReason;
}

internal static class Cuda
{
    public static string? SkipReason => torch.cuda.is_available() ? null : "Needs a CUDA device and a libtorch with CUDA (-p:HrmBackend=cuda-linux, or none and HRM_LIBTORCH).";
}
