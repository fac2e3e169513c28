using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>
/// A state dict that PyTorch's <c>torch.save</c> wrote: opening it reads the description of the tensors
/// only, and a tensor's values are read, and checked against their CRC-32, when the tensor is.
/// </summary>
/// <remarks>
/// <para>The format: a zip archive of stored entries below one folder, <c>data.pkl</c> (a pickle) and <c>data/0</c>,
/// <c>data/1</c>, … (the storages). Loading it in Python can execute what the file says; here the pickle is read by a machine
/// that knows dicts of tensors and nothing else, and every other request is refused by name.</para>
/// <para>Supported element types: those of <see cref="SafetensorsFile"/>. Tensors may share storages and be views of them.
/// Reading from several threads is safe. While it is open the file must not be changed by another program.</para>
/// <para>Reference: https://docs.pytorch.org/docs/stable/notes/serialization.html</para>
/// </remarks>
/// <example><code>
/// using var file = TorchSaveFile.Open("checkpoint/step_1000");
/// using var weight = file.Read("_orig_mod.model.inner.lm_head.weight");
/// </code></example>
public sealed class TorchSaveFile : IWeightsSource
{
    internal const string PickleName = "data.pkl";
    internal const string VersionName = "version";
    internal const string ByteOrderName = "byteorder";
    internal const string DataFolder = "data/";
    internal const string LittleEndian = "little";

    private static readonly string[] WrapperKeys = ["state_dict", "model_state_dict", "model"];

    private const int MaxPickleBytes = 8_000_000;
    private const int MaxTextBytes = 64;

    /// <summary>How many bytes tensors that share storages may take beyond the file's own size.</summary>
    private const long MaxSharedBytes = 64_000_000;

    private readonly StoredZip _zip;
    private readonly Dictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    private TorchSaveFile(StoredZip zip)
    {
        _zip = zip;
        RequireLittleEndian();
        long bytes = 0;
        foreach (var (name, value) in ReadPickle())
        {
            var tensor = StoredTensor.Check(zip, name, value);
            _tensors.Add(name, tensor);
            _names.Add(name);
            bytes += tensor.Entry.ByteLength;
            if (bytes > zip.Length + MaxSharedBytes)
            {
                throw new WeightsFormatException(Path, $"expected tensors that take at most {MaxSharedBytes} bytes more than the file's {zip.Length}, got more: too many share a storage");
            }
        }
    }

    /// <inheritdoc/>
    public string Path => _zip.Path;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Opens a file and checks what it says of its tensors.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file; dispose it.</returns>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    /// <exception cref="WeightsFormatException">
    /// The file is no archive of a state dict, is damaged, or asks for more than tensors: the message says where and what.
    /// </exception>
    public static TorchSaveFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var zip = StoredZip.Open(path);
        try
        {
            return new TorchSaveFile(zip);
        }
        catch
        {
            zip.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <inheritdoc/>
    public WeightsEntry GetEntry(string name) => Get(name).Entry;

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        var stored = Get(name);
        return stored.Entry.ReadNew(tensor => CopyBytes(stored, tensor));
    }

    /// <inheritdoc/>
    public void CopyTo(string name, Tensor destination)
    {
        var stored = Get(name);
        stored.Entry.CopyInto(destination, Path, tensor => CopyBytes(stored, tensor));
    }

    /// <summary>Releases the file.</summary>
    public void Dispose() => _zip.Dispose();

    private void CopyBytes(StoredTensor stored, Tensor destination)
    {
        _zip.RequireIntact(stored.Data);
        if (stored.Tensor.IsContiguous)
        {
            TensorBytes.Visit(destination, (start, bytes) => _zip.CopyTo(stored.Data, stored.Entry.ByteOffset + start, bytes));
            return;
        }

        var source = new byte[(int)stored.Tensor.Extent * stored.Tensor.Storage.Dtype.Size];
        _zip.CopyTo(stored.Data, stored.Entry.ByteOffset, source);
        var values = new StridedValues(stored.Tensor);
        TensorBytes.Visit(destination, (_, bytes) => values.CopyNext(source, bytes));
    }

    private void RequireLittleEndian()
    {
        if (_zip.Find(ByteOrderName) is { } entry)
        {
            var order = Encoding.Latin1.GetString(_zip.ReadAll(entry, MaxTextBytes));
            if (order != LittleEndian)
            {
                throw new WeightsFormatException(Path, $"{ByteOrderName}: expected {LittleEndian}, got {Quote.Text(order)}");
            }
        }
    }

    private IReadOnlyList<KeyValuePair<string, object?>> ReadPickle()
    {
        var entry = _zip.Find(PickleName)
            ?? throw new WeightsFormatException(Path, $"zip: expected the entry {PickleName}, as torch.save writes it, got none");
        var value = Unpickler.Load(_zip.ReadAll(entry, MaxPickleBytes), Path);
        return value is PickleDictionary state
            ? Unwrap(state).Items
            : throw new WeightsFormatException(Path, $"expected a state dict (names and tensors), got {PickleText.Of(value)}");
    }

    /// <summary>The state dict itself if training code saved it under a key, beside the optimizer's for instance.</summary>
    private static PickleDictionary Unwrap(PickleDictionary saved)
    {
        var wrapped = WrapperKeys.SelectMany(key => saved.Items.Where(item => item.Key == key)).Select(item => item.Value).OfType<PickleDictionary>().ToList();
        return wrapped.Find(candidate => candidate.Items.Any(item => item.Value is TorchTensor)) ?? wrapped.FirstOrDefault() ?? saved;
    }

    private StoredTensor Get(string name) => _tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new WeightsFormatException(Path, $"expected it among the {_names.Count} tensors, got none of this name", name);
}
