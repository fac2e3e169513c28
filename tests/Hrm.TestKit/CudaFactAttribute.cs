using Xunit;

namespace Hrm.TestKit;

/// <summary>A test on a CUDA device; skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CudaFactAttribute : FactAttribute
{
    /// <summary>Looks for the device.</summary>
    public CudaFactAttribute() => Skip = Cuda.WhyNot;
}
