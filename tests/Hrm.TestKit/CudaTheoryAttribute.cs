using Xunit;

namespace Hrm.TestKit;

/// <summary>A theory on a CUDA device; skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CudaTheoryAttribute : TheoryAttribute
{
    /// <summary>Looks for the device.</summary>
    public CudaTheoryAttribute() => Skip = Cuda.WhyNot;
}
