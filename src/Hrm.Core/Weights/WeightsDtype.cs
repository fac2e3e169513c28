using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>One element type that weights can have: its name in safetensors, its size, and libtorch's type.</summary>
internal sealed record WeightsDtype(string Name, int Size, ScalarType Scalar)
{
    /// <summary>
    /// In the order in which safetensors' own writer lays tensors out: by size, largest first, so that each stands
    /// at a multiple of its element size.
    /// </summary>
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

    /// <summary>The place in the file's order of types, from 0.</summary>
    public int FileOrder => Array.IndexOf(InFileOrder, this);

    public static bool TryGet(string name, [NotNullWhen(true)] out WeightsDtype? dtype)
    {
        dtype = Array.Find(InFileOrder, candidate => candidate.Name == name);
        return dtype is not null;
    }

    public static bool TryGet(ScalarType scalar, [NotNullWhen(true)] out WeightsDtype? dtype)
    {
        dtype = Array.Find(InFileOrder, candidate => candidate.Scalar == scalar);
        return dtype is not null;
    }

    /// <summary>The type of a tensor that is to be written: one that the formats have, and a tensor with data in it.</summary>
    /// <exception cref="WeightsFormatException">It is not.</exception>
    public static WeightsDtype Require(Tensor tensor, string name, string path)
    {
        if (!TryGet(tensor.dtype, out var dtype))
        {
            throw new WeightsFormatException(path, $"dtype: expected one of {AllNames}, got {tensor.dtype}", name);
        }

        return tensor.is_sparse || tensor.device_type == TorchSharp.DeviceType.META
            ? throw new WeightsFormatException(path, "expected a dense tensor with data, got a sparse or meta tensor", name)
            : dtype;
    }
}
