using System.Buffers.Binary;

namespace Hrm.Core;

/// <summary>A safetensors file. Opening it reads and checks the header; the data of a tensor are read with the tensor.</summary>
/// <remarks>
/// <para>
/// Dtypes: F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL. The texts under <c>__metadata__</c> are ignored, and none are written.
/// Format: https://github.com/huggingface/safetensors#format.
/// </para>
/// <para>
/// If another program shortens the file while it is open, reading throws. Replacing it by a rename, as <see cref="Save"/> does, is safe,
/// except on Windows, which does not allow it.
/// </para>
/// </remarks>
/// <example><code>
/// using var file = SafetensorsFile.Open("model.safetensors");
/// using var weight = file.Read("lm_head.weight");
/// </code></example>
public sealed class SafetensorsFile : WeightsFile
{
    /// <summary>The longest file of weights that is opened, 64 GiB.</summary>
    internal const long MaxFileBytes = 1L << 36;

    private const int LengthBytes = sizeof(ulong);

    private readonly InputFile _file;
    private readonly long _dataStart;

    private SafetensorsFile(InputFile file, WeightsEntry[] entries, long dataStart)
        : base(file.Path, entries)
    {
        _file = file;
        _dataStart = dataStart;
    }

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file; dispose it.</returns>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    /// <exception cref="HrmFormatException">The file is not a valid safetensors file; the message has the position.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return InputFile.Open(path, MaxFileBytes).GiveTo(file =>
        {
            var header = new byte[ReadHeaderLength(file)];
            file.CopyTo(LengthBytes, header);
            var dataStart = LengthBytes + header.Length;
            var entries = SafetensorsHeader.Parse(header, file.Path);
            SafetensorsHeader.SortAndCheckLayout(entries, file.Length - dataStart, file.Path);
            return new SafetensorsFile(file, entries, dataStart);
        });
    }

    /// <summary>Saves tensors of any device and layout. Equal tensors give equal bytes in any order. The file appears only when it is complete.</summary>
    /// <param name="path">The file, replaced if it exists; links are followed. Its folder must exist.</param>
    /// <param name="tensors">The tensors by name, for example a module's <c>state_dict()</c>. They are not disposed.</param>
    /// <exception cref="HrmFormatException">A name occurs twice or is not allowed, or the format has no such dtype.</exception>
    /// <exception cref="HrmFileException">The file cannot be written; an existing one is left as it was.</exception>
    public static void Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        using var staged = SafetensorsWriter.Stage(AtomicFile.FollowLinks(path), tensors);
        staged.Commit();
    }

    /// <inheritdoc/>
    public override void Dispose() => _file.Dispose();

    internal override void Fill(WeightsEntry entry, Tensor destination)
        => TensorBytes.Visit(destination, (start, bytes) => _file.CopyTo(_dataStart + entry.ByteOffset + start, bytes));

    private static int ReadHeaderLength(InputFile file)
    {
        if (file.Length < LengthBytes)
        {
            throw Fault(file, $"expected at least {LengthBytes} bytes, the header's length, got {file.Length}");
        }

        Span<byte> bytes = stackalloc byte[LengthBytes];
        file.CopyTo(0, bytes);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return length <= Math.Min(SafetensorsHeader.MaxBytes, (ulong)file.Length - LengthBytes)
            ? (int)length
            : throw Fault(file, $"header: expected at most {SafetensorsHeader.MaxBytes} bytes within the file's {file.Length}, got a length of {length}");
    }

    private static HrmFormatException Fault(InputFile file, string problem)
        => new(ForeignFile.Describe(file, ForeignFile.Safetensors) ?? problem, file.Path);
}
