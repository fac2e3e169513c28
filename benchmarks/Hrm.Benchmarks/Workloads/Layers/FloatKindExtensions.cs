using TorchSharp;

namespace Hrm.Benchmarks.Workloads.Layers;

/// <summary>The dtypes of libtorch.</summary>
internal static class FloatKindExtensions
{
    public static torch.ScalarType ToDtype(this FloatKind kind) => kind == FloatKind.F32 ? torch.ScalarType.Float32 : torch.ScalarType.BFloat16;

    /// <summary>The name in tables.</summary>
    public static string Label(this FloatKind kind) => kind == FloatKind.F32 ? "float32" : "bfloat16";
}
