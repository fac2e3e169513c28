using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.PyTorch;

/// <summary>
/// A state dict that PyTorch's <c>torch.save</c> wrote. Opening it reads only the description of the tensors; reading a tensor reads
/// its values and checks their CRC-32.
/// </summary>
/// <remarks>
/// <para>The format: a zip archive of stored entries below one folder, <c>data.pkl</c> (a pickle) and <c>data/0</c>,
/// <c>data/1</c>, … (the storages). Loading it in Python can execute code of the file; here the pickle is interpreted by a machine
/// that knows only dicts of tensors, and every other request is refused by name.</para>
/// <para>Supported dtypes: those of <see cref="SafetensorsFile"/>. Tensors may share storages and be views of them; a tensor that is a
/// part of a storage reads all of it. The file must not be changed while it is open.</para>
/// <para>Reference: https://docs.pytorch.org/docs/stable/notes/serialization.html</para>
/// </remarks>
/// <example><code>
/// using var file = TorchSaveFile.Open("checkpoint/step_1000");
/// using var weight = file.Read("_orig_mod.model.inner.lm_head.weight");
/// </code></example>
public sealed class TorchSaveFile : WeightsFile
{
    private const string PickleName = "data.pkl";
    private const string ByteOrderName = "byteorder";
    private const string LittleEndian = "little";

    private const int MaxPickleBytes = 8_000_000;
    private const int MaxTextBytes = 64;

    /// <summary>The bytes of a storage that are read at a time.</summary>
    private const int PieceBytes = 1 << 20;

    /// <summary>The largest storage that is read for a tensor that is a part of it.</summary>
    private const int MaxSharedStorageBytes = 1 << 28;

    /// <summary>The bytes that tensors which share storages may take beyond the size of the file.</summary>
    private const long MaxSharedBytes = 64_000_000;

    private static readonly string[] WrapperKeys = ["state_dict", "model_state_dict", "model"];

    private readonly TorchArchive _archive;
    private readonly Dictionary<string, TorchTensor> _tensors;

    /// <summary>The storage that was read last for a part of it: thousands of tensors may be parts of one.</summary>
    private (string Key, Tensor Values)? _shared;

    private TorchSaveFile(TorchArchive archive, Dictionary<string, TorchTensor> tensors, IEnumerable<WeightsEntry> entries)
        : base(archive.Path, entries)
    {
        _archive = archive;
        _tensors = tensors;
    }

    /// <summary>Opens a file and checks its description of the tensors.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file; dispose it.</returns>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    /// <exception cref="HrmFormatException">
    /// The file is not an archive of a state dict, is damaged, or requests more than tensors: the message says where and what.
    /// </exception>
    public static TorchSaveFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return TorchArchive.Open(path).GiveTo(archive =>
        {
            if (archive.TryRead(ByteOrderName, MaxTextBytes) is { } order && Encoding.Latin1.GetString(order) is var text && text != LittleEndian)
            {
                throw new HrmFormatException($"{ByteOrderName}: expected {LittleEndian}, got {Quote.Text(text)}", archive.Path);
            }

            var tensors = ReadPickle(archive).ToDictionary(item => item.Key, item => RequireTensor(archive, item.Key, item.Value), StringComparer.Ordinal);
            var entries = tensors.Select(item => Check(archive, item.Key, item.Value)).ToList();
            return entries.Sum(entry => (decimal)entry.ByteLength) <= archive.Length + MaxSharedBytes
                ? new TorchSaveFile(archive, tensors, entries)
                : throw new HrmFormatException($"expected tensors that take at most {MaxSharedBytes} bytes more than the file's {archive.Length}, got more: too many share a storage", archive.Path);
        });
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        lock (_archive)
        {
            _shared?.Values.Dispose();
            _shared = null;
            _archive.Dispose();
        }
    }

    internal override void Fill(WeightsEntry entry, Tensor destination)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (storage, offset, shape, strides) = _tensors[entry.Name];
        lock (_archive)
        {
            var isPart = entry.ByteLength != storage.ByteLength;
            var values = isPart && _shared?.Key == storage.Key ? _shared.Value.Values : ReadStorage(storage);
            if (isPart && _shared?.Key != storage.Key)
            {
                _shared?.Values.Dispose();
                _shared = (storage.Key, values.DetachFromDisposeScope());
            }

            destination.copy_(values.as_strided(shape, strides, offset));
        }
    }

    private Tensor ReadStorage(TorchStorage storage)
    {
        var values = empty([storage.Count], storage.Dtype.Scalar, CPU);
        _archive.Read(TorchArchive.DataFolder + storage.Key, read => TensorBytes.Visit(values, (_, bytes) => read(bytes), PieceBytes));
        return values;
    }

    private static IReadOnlyList<KeyValuePair<string, object?>> ReadPickle(TorchArchive archive)
    {
        var pickle = archive.TryRead(PickleName, MaxPickleBytes)
            ?? throw new HrmFormatException($"zip: expected the entry {PickleName}, as torch.save writes it, got none", archive.Path);
        var value = Unpickler.Load(pickle, archive.Path);
        return value is PickleDictionary state
            ? Unwrap(state).Items
            : throw new HrmFormatException($"expected a state dict (names and tensors), got {PickleContainer.Describe(value)}", archive.Path);
    }

    /// <summary>Returns the state dict itself if training code saved it under a key, for example beside the optimizer's.</summary>
    private static PickleDictionary Unwrap(PickleDictionary saved)
    {
        var wrapped = WrapperKeys.SelectMany(key => saved.Items.Where(item => item.Key == key)).Select(item => item.Value).OfType<PickleDictionary>().ToList();
        return wrapped.Find(candidate => candidate.Items.Any(item => item.Value is TorchTensor)) ?? wrapped.FirstOrDefault() ?? saved;
    }

    private static TorchTensor RequireTensor(TorchArchive archive, string name, object? value) => value as TorchTensor
        ?? throw new HrmFormatException($"expected a state dict whose values are tensors, got {PickleContainer.Describe(value)}: save only model.state_dict()", archive.Path, place: $"tensor {Quote.Text(name)}");

    /// <summary>Checks that the storage has the size of its entry, and the tensor is within its storage.</summary>
    private static WeightsEntry Check(TorchArchive archive, string name, TorchTensor tensor)
    {
        var storage = tensor.Storage;
        var stored = archive.LengthOf(TorchArchive.DataFolder + storage.Key)
            ?? throw Fault($"zip: expected the entry {TorchArchive.DataFolder}{storage.Key}, got none");
        if (storage.ByteLength != stored)
        {
            throw Fault($"expected a storage of {storage.Count} × {storage.Dtype.Size} bytes, got {stored} in '{TorchArchive.DataFolder}{storage.Key}'");
        }

        if (WeightsEntry.ByteLengthOf(tensor.Shape, storage.Dtype.Size) is not { } length || length > stored)
        {
            throw Fault($"shape: expected no more elements than the storage's {storage.Count}, got [{string.Join(", ", tensor.Shape)}]");
        }

        if (tensor.Extent > storage.Count - (Int128)tensor.Offset)
        {
            throw Fault($"expected values within the storage's {storage.Count} elements, got offset {tensor.Offset}, shape [{string.Join(", ", tensor.Shape)}], stride [{string.Join(", ", tensor.Strides)}]");
        }

        return length == stored || stored <= MaxSharedStorageBytes
            ? new WeightsEntry(name, storage.Dtype, tensor.Shape, tensor.Offset * storage.Dtype.Size, length)
            : throw Fault($"expected a storage of at most {MaxSharedStorageBytes} bytes for a tensor that is a part of it, got {stored}");

        HrmFormatException Fault(string problem) => new(problem, archive.Path, place: $"tensor {Quote.Text(name)}");
    }
}
