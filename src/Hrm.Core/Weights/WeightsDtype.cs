using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>A dtype of weights: its name in safetensors, the bytes of an element, and libtorch's type.</summary>
internal sealed record WeightsDtype(string Name, int Size, ScalarType Scalar)
{
    /// <summary>In the order of the format's own writer: the largest elements first, so that each tensor is aligned.</summary>
    private static readonly WeightsDtype[] InFileOrder =
    [
        new("I64", 8, ScalarType.Int64),
        new("F64", 8, ScalarType.Float64),
        new("F32", 4, ScalarType.Float32),
        new("I32", 4, ScalarType.Int32),
        new("BF16", 2, ScalarType.BFloat16),
        new("F16", 2, ScalarType.Float16),
        new("I16", 2, ScalarType.Int16),
        new("I8", 1, ScalarType.Int8),
        new("U8", 1, ScalarType.Byte),
        new("BOOL", 1, ScalarType.Bool),
    ];

    public static string AllNames { get; } = string.Join(", ", InFileOrder.Select(dtype => dtype.Name));

    /// <summary>The index in the file's order of dtypes.</summary>
    public int FileOrder => Array.IndexOf(InFileOrder, this);

    public static WeightsDtype? Find(string name) => Array.Find(InFileOrder, dtype => dtype.Name == name);

    public static WeightsDtype? Find(ScalarType scalar) => Array.Find(InFileOrder, dtype => dtype.Scalar == scalar);
}
