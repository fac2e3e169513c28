namespace Hrm.Core;

/// <summary>A file of named tensors. Safe from several threads; tensors stay valid after the file is disposed.</summary>
public abstract class WeightsFile : IDisposable
{
    private readonly OrderedDictionary<string, WeightsEntry> _entries = new(StringComparer.Ordinal);

    internal WeightsFile(string path, IEnumerable<WeightsEntry> entries)
    {
        Path = path;
        foreach (var entry in entries)
        {
            _entries.Add(entry.Name, entry);
        }
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>The names of the tensors, in the order of the file.</summary>
    public IReadOnlyList<string> Names => _entries.Keys;

    /// <summary>Returns true if the file has a tensor of this name.</summary>
    /// <param name="name">The name of the tensor.</param>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>Returns dtype and shape of a tensor, without reading it.</summary>
    /// <inheritdoc cref="Contains" path="/param"/>
    /// <exception cref="HrmFormatException">There is no tensor of this name.</exception>
    public WeightsEntry GetEntry(string name) => _entries.TryGetValue(name, out var entry)
        ? entry
        : throw new HrmFormatException($"expected it among the {_entries.Count} tensors, got none of this name", Path, place: $"tensor {Quote.Text(name)}");

    /// <summary>Reads a tensor into new memory on the CPU, with the dtype of the file.</summary>
    /// <inheritdoc cref="Contains" path="/param"/>
    /// <returns>The tensor; the caller, or the caller's innermost dispose scope, owns it.</returns>
    /// <exception cref="HrmFormatException">There is no tensor of this name, or its data are damaged.</exception>
    public Tensor Read(string name)
    {
        using var scope = NewDisposeScope();
        var entry = GetEntry(name);
        var tensor = empty([.. entry.Shape], entry.Dtype, CPU);
        Fill(entry, tensor);
        return tensor.MoveToOuterDisposeScope();
    }

    /// <summary>Copies a tensor into an existing one of the same shape, on any device. No gradient is recorded.</summary>
    /// <param name="name">The name of the tensor.</param>
    /// <param name="destination">The tensor to overwrite, of the same dtype; float32 also takes bfloat16 and float16.</param>
    /// <exception cref="HrmFormatException">There is no tensor of this name, or its dtype or shape does not fit.</exception>
    public void CopyTo(string name, Tensor destination) => CopyTo(name, destination, orNarrower: false);

    /// <summary>Copies a tensor; with <paramref name="orNarrower"/> bfloat16 also takes float32.</summary>
    internal void CopyTo(string name, Tensor destination, bool orNarrower)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var entry = GetEntry(name);
        entry.RequireFits(destination, Path, orWider: true, orNarrower);
        if (destination.dtype == entry.Dtype && destination.device_type == DeviceType.CPU && destination.is_contiguous())
        {
            Fill(entry, destination);
            return;
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        destination.copy_(Read(name));
    }

    /// <summary>Releases the file.</summary>
    public abstract void Dispose();

    /// <summary>Overwrites a contiguous tensor on the CPU that has the dtype and shape of the entry.</summary>
    internal abstract void Fill(WeightsEntry entry, Tensor destination);
}

/// <summary>Name, dtype and shape of a tensor in a file.</summary>
public sealed class WeightsEntry
{
    private readonly WeightsDtype _dtype;
    private readonly long[] _shape;

    internal WeightsEntry(string name, WeightsDtype dtype, long[] shape, long byteOffset, long byteLength)
    {
        (Name, _dtype, _shape) = (name, dtype, shape);
        (ByteOffset, ByteLength) = (byteOffset, byteLength);
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

    /// <summary>
    /// Throws unless the tensor has this shape and dtype. With <paramref name="orWider"/> float32 fits bfloat16 and float16 too, with
    /// <paramref name="orNarrower"/> bfloat16 fits float32.
    /// </summary>
    internal void RequireFits(Tensor destination, string path, bool orWider = false, bool orNarrower = false)
    {
        var widens = orWider && destination.dtype == ScalarType.Float32 && Dtype is (ScalarType.BFloat16 or ScalarType.Float16);
        var narrows = orNarrower && destination.dtype == ScalarType.BFloat16 && Dtype == ScalarType.Float32;
        var fitsDtype = destination.dtype == Dtype || widens || narrows;
        if (!fitsDtype || !destination.shape.AsSpan().SequenceEqual(_shape))
        {
            var dtype = WeightsDtype.Find(destination.dtype)?.Name ?? destination.dtype.ToString();
            throw new HrmFormatException($"expected {Describe(dtype, destination.shape)}, got {this}", path, place: $"tensor {Quote.Text(Name)}");
        }
    }

    private static string Describe(string dtype, IEnumerable<long> shape) => $"{dtype} [{string.Join(", ", shape)}]";
}

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

    public int FileOrder => Array.IndexOf(InFileOrder, this);

    public static WeightsDtype? Find(string name) => Array.Find(InFileOrder, dtype => dtype.Name == name);

    public static WeightsDtype? Find(ScalarType scalar) => Array.Find(InFileOrder, dtype => dtype.Scalar == scalar);
}

/// <summary>Gives access to the memory of a tensor in pieces, since a span has at most 2 GB.</summary>
internal static class TensorBytes
{
    private const int MaxPieceBytes = 1 << 30;

    /// <summary>Receives a piece of the memory that begins at byte <paramref name="start"/> of the tensor.</summary>
    public delegate void Visitor(long start, Span<byte> bytes);

    /// <summary>Visits the memory of a contiguous tensor on the CPU, in order.</summary>
    public static void Visit(Tensor tensor, Visitor visit, int maxPieceBytes = MaxPieceBytes)
    {
        var elementSize = tensor.ElementSize;
        var elements = tensor.NumberOfElements;
        if (elements == 0)
        {
            return;
        }
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var flat = tensor.detach().view(-1);
        var pieceElements = maxPieceBytes / elementSize;
        for (long first = 0; first < elements; first += pieceElements)
        {
            using var piece = flat.narrow(0, first, Math.Min(pieceElements, elements - first));
            visit(first * elementSize, piece.bytes);
        }
    }
}
