using TorchSharp;
using static TorchSharp.torch;

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
    public void CopyTo(string name, Tensor destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var entry = GetEntry(name);
        entry.RequireFits(destination, Path, orWider: true);
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
