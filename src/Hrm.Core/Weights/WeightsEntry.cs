using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>Name, dtype and shape of a tensor in a file.</summary>
public sealed class WeightsEntry
{
    private readonly WeightsDtype _dtype;
    private readonly long[] _shape;

    internal WeightsEntry(string name, WeightsDtype dtype, long[] shape, long byteOffset, long byteLength)
    {
        Name = name;
        _dtype = dtype;
        _shape = shape;
        ByteOffset = byteOffset;
        ByteLength = byteLength;
    }

    /// <summary>The name of the tensor.</summary>
    public string Name { get; }

    /// <summary>The dtype.</summary>
    public ScalarType Dtype => _dtype.Scalar;

    /// <summary>The size of each dimension; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape => _shape;

    /// <summary>The position of the first byte: after the header of a safetensors file, in the storage of a torch.save file.</summary>
    internal long ByteOffset { get; }

    internal long ByteLength { get; }

    internal int ElementSize => _dtype.Size;

    /// <summary>Dtype and shape as safetensors writes them: <c>F32 [512, 128]</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Describe(_dtype.Name, _shape);

    /// <summary>The bytes of a shape; null if they, or the product of the dimensions above 0, exceed 2^63 - 1.</summary>
    internal static long? ByteLengthOf(ReadOnlySpan<long> shape, int elementSize)
    {
        // An empty dimension does not excuse the others: strides are products too.
        Int128 nonEmpty = elementSize;
        foreach (var size in shape)
        {
            nonEmpty *= Math.Max(size, 1);
            if (nonEmpty > long.MaxValue)
            {
                return null;
            }
        }

        return shape.Contains(0) ? 0 : (long)nonEmpty;
    }

    /// <summary>Throws unless the tensor has this shape and dtype. With <paramref name="orWider"/> float32 fits bfloat16 and float16 too.</summary>
    internal void RequireFits(Tensor destination, string path, bool orWider = false)
    {
        var widens = orWider && destination.dtype == ScalarType.Float32 && Dtype is (ScalarType.BFloat16 or ScalarType.Float16);
        var fitsDtype = destination.dtype == Dtype || widens;
        if (!fitsDtype || !destination.shape.AsSpan().SequenceEqual(_shape))
        {
            var dtype = WeightsDtype.Find(destination.dtype)?.Name ?? destination.dtype.ToString();
            throw new HrmFormatException($"expected {Describe(dtype, destination.shape)}, got {this}", path, place: $"tensor {Quote.Text(Name)}");
        }
    }

    private static string Describe(string dtype, IEnumerable<long> shape) => $"{dtype} [{string.Join(", ", shape)}]";
}
