using TorchSharp;

namespace Hrm.Benchmarks;

/// <summary>Names of dtypes.</summary>
internal static class DtypeLabel
{
    /// <summary>Name in tables and on the command line.</summary>
    public static string Label(this torch.ScalarType dtype) => dtype == torch.ScalarType.BFloat16 ? "bfloat16" : "float32";
}
