using System.Buffers.Binary;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>
/// A safetensors file: opening it reads and checks the header only, and a tensor's bytes are read when the tensor is. Everything in the file is checked before anything of it is exposed.
/// </summary>
/// <remarks>
/// <para>The format: 8 bytes, little-endian, that count the header; the header, a JSON object from tensor names to
/// element type, shape and offsets; the data. Supported element types: F64, F32, F16, BF16, I64, I32, I16, I8, U8
/// and BOOL.</para>
/// <para>Reading from several threads is safe. If another program shortens the file while it is open, reading throws; replacing
/// it by a rename, as <see cref="SafetensorsWriter"/> does, is safe, except on Windows, which refuses it.</para>
/// <para>Reference: https://github.com/huggingface/safetensors#format</para>
/// </remarks>
/// <example><code>
/// using var file = SafetensorsFile.Open("model.safetensors");
/// using var weight = file.Read("lm_head.weight");
/// </code></example>
public sealed class SafetensorsFile : IWeightsSource
{
    private const int LengthBytes = sizeof(ulong);

    private readonly InputFile _file;
    private readonly Dictionary<string, WeightsEntry> _entries;
    private readonly long _dataStart;

    private SafetensorsFile(InputFile file, bool allowUnaligned)
    {
        _file = file;
        var headerLength = ReadHeaderLength(file);
        _dataStart = LengthBytes + headerLength;
        var header = new byte[headerLength];
        file.CopyTo(LengthBytes, header);
        (_entries, Metadata) = SafetensorsHeader.Parse(header, file.Path);
        var inOrder = SafetensorsLayout.Check(_entries.Values, file.Length - _dataStart, allowUnaligned, file.Path);
        Names = Array.ConvertAll(inOrder, entry => entry.Name);
    }

    /// <inheritdoc/>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The texts under <c>__metadata__</c>; empty if the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="allowUnaligned">
    /// Whether a tensor may begin at an offset that is no multiple of its element size. Writers that order tensors
    /// by name alone produce such files; reading copies, so they are harmless, but another reader may refuse them.
    /// </param>
    /// <returns>The open file; dispose it.</returns>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    /// <exception cref="WeightsFormatException">The file is no valid safetensors file: the message says where.</exception>
    public static SafetensorsFile Open(string path, bool allowUnaligned = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = InputFile.Open(path, WeightsFolder.MaxFileBytes);
        try
        {
            return new SafetensorsFile(file, allowUnaligned);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <inheritdoc/>
    public WeightsEntry GetEntry(string name) => _entries.TryGetValue(name, out var entry)
        ? entry
        : throw new WeightsFormatException(Path, $"expected it among the {_entries.Count} tensors, got none of this name", name);

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        var entry = GetEntry(name);
        return entry.ReadNew(tensor => CopyBytes(entry, tensor));
    }

    /// <inheritdoc/>
    public void CopyTo(string name, Tensor destination)
    {
        var entry = GetEntry(name);
        entry.CopyInto(destination, Path, tensor => CopyBytes(entry, tensor));
    }

    /// <summary>Releases the file.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Copies a part of a tensor's bytes.</summary>
    internal void CopyBytes(WeightsEntry entry, long start, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, entry.ByteLength - destination.Length);
        _file.CopyTo(_dataStart + entry.ByteOffset + start, destination);
    }

    private void CopyBytes(WeightsEntry entry, Tensor destination) =>
        TensorBytes.Visit(destination, (start, bytes) => CopyBytes(entry, start, bytes));

    private static int ReadHeaderLength(InputFile file)
    {
        if (file.Length < LengthBytes)
        {
            throw Fault(file, $"expected at least {LengthBytes} bytes, the header's length, got {file.Length}");
        }
        Span<byte> bytes = stackalloc byte[LengthBytes];
        file.CopyTo(0, bytes);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > SafetensorsHeader.MaxBytes)
        {
            throw Fault(file, $"header: expected at most {SafetensorsHeader.MaxBytes} bytes, got a length of {length}");
        }
        if ((long)length > file.Length - LengthBytes)
        {
            throw Fault(file, $"header: expected to end within the file's {file.Length} bytes, got a length of {length}");
        }
        return (int)length;
    }

    private static WeightsFormatException Fault(InputFile file, string problem)
        => new(file.Path, ForeignFile.Describe(file, ForeignFile.Safetensors) ?? problem);
}
