using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>What a file of weights says of one tensor, checked against the file's size.</summary>
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

    /// <summary>The tensor's name.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public ScalarType Dtype => _dtype.Scalar;

    /// <summary>The size of each dimension; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape => _shape;

    /// <summary>
    /// Where the tensor's first byte stands: counted from the end of the header in a safetensors file, from the start of its
    /// storage in a torch.save file.
    /// </summary>
    public long ByteOffset { get; }

    /// <summary>How many bytes the tensor's values take.</summary>
    public long ByteLength { get; }

    internal int ElementSize => _dtype.Size;

    internal ReadOnlySpan<long> Dimensions => _shape;

    /// <summary>The element type and shape as safetensors writes them: <c>F32 [512, 128]</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Describe(_dtype.Name, _shape);

    /// <summary>The tensor in new memory on the CPU, filled by its file.</summary>
    internal Tensor ReadNew(Action<Tensor> fill)
    {
        var tensor = TorchSharp.torch.empty(_shape, Dtype, CPU);
        try
        {
            fill(tensor);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Fills a tensor that has to fit: in place where its memory is that of the file, else by a copy.</summary>
    internal void CopyInto(Tensor destination, string path, Action<Tensor> fill)
    {
        ArgumentNullException.ThrowIfNull(destination);
        RequireFits(destination, path);
        if (destination.device_type == TorchSharp.DeviceType.CPU && destination.is_contiguous())
        {
            fill(destination);
            return;
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        destination.copy_(ReadNew(fill));
    }

    /// <summary>Whether every value of this element type is one of a wider type too, as of bfloat16 and float16 in float32.</summary>
    internal bool WidensTo(ScalarType wider) => wider == ScalarType.Float32 && Dtype is ScalarType.BFloat16 or ScalarType.Float16;

    /// <summary>Throws unless a tensor has this element type and shape: nothing is cast or broadcast.</summary>
    internal void RequireFits(Tensor destination, string path) => Require(destination.dtype == Dtype, destination, path);

    /// <summary>The same, but a wider element type fits too.</summary>
    internal void RequireFitsOrWidens(Tensor destination, string path)
        => Require(destination.dtype == Dtype || WidensTo(destination.dtype), destination, path);

    private void Require(bool fitsDtype, Tensor destination, string path)
    {
        if (!fitsDtype || !destination.shape.AsSpan().SequenceEqual(_shape))
        {
            var dtype = WeightsDtype.TryGet(destination.dtype, out var known) ? known.Name : destination.dtype.ToString();
            throw new WeightsFormatException(path, $"expected {Describe(dtype, destination.shape)}, got {this}", Name);
        }
    }

    private static string Describe(string dtype, ReadOnlySpan<long> shape) => $"{dtype} [{string.Join(", ", shape.ToArray())}]";
}
