namespace Hrm.Benchmarks.Workloads.Layers;

/// <summary>The forward dtype of what is measured.</summary>
public enum FloatKind
{
    /// <summary>float32.</summary>
    F32,

    /// <summary>bfloat16.</summary>
    BF16,
}
