namespace Hrm.Training;

/// <summary>An <c>.npy</c> file of integers, whose elements are not loaded. Reads from several threads are safe.</summary>
internal sealed class NpyFile(InputFile file) : IDisposable
{
    private const int BytesAtOnce = 1 << 15;

    private readonly NpyHeader _header = NpyHeader.Read(file);

    public string Path => file.Path;

    public NpyDtype Dtype => _header.Dtype;

    public IReadOnlyList<long> Shape => _header.Shape;

    /// <summary>The number of elements.</summary>
    public long Count => (file.Length - _header.DataStart) / Dtype.Size;

    /// <summary>Opens a file and checks its header and length.</summary>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    /// <exception cref="HrmFormatException">The file is not an array that this library reads.</exception>
    public static NpyFile Open(string path) => InputFile.Open(path).GiveTo(file => new NpyFile(file));

    /// <summary>Copies elements, converted by <see cref="NpyDtype.Decode"/>.</summary>
    public void CopyTo(long start, Span<int> destination)
    {
        var size = Dtype.Size;
        Span<byte> bytes = stackalloc byte[(int)Math.Min((long)destination.Length * size, BytesAtOnce)];
        while (!destination.IsEmpty)
        {
            var count = Math.Min(bytes.Length / size, destination.Length);
            var piece = bytes[..(count * size)];
            file.CopyTo(_header.DataStart + (start * size), piece);
            Dtype.Decode(piece, destination[..count]);
            destination = destination[count..];
            start += count;
        }
    }

    public void Dispose() => file.Dispose();
}

/// <summary>
/// Writes an <c>.npy</c> file whose number of rows is known only at the end. The header is written twice; its length does not
/// depend on the number of rows. Throws the exceptions of the file system.
/// </summary>
internal sealed class NpyWriter : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly FileStream _stream;
    private readonly NpyDtype _dtype;
    private readonly int? _rowLength;
    private byte[] _bytes = [];
    private long _elements;

    /// <summary>Creates the file, which must not exist; without a length of rows for an array of one axis.</summary>
    public NpyWriter(string path, NpyDtype dtype, int? rowLength = null)
    {
        _dtype = dtype;
        _rowLength = rowLength;
        _stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes);
        WriteHeader();
    }

    /// <summary>Adds a row, or elements of an array of one axis. Each must be within the type's range.</summary>
    public void Append(params ReadOnlySpan<int> values)
    {
        var length = values.Length * _dtype.Size;
        if (_bytes.Length < length)
        {
            _bytes = new byte[length];
        }

        _dtype.Encode(values, _bytes.AsSpan(0, length));
        _stream.Write(_bytes.AsSpan(0, length));
        _elements += values.Length;
    }

    /// <summary>Writes the number of rows to the header and flushes to the disk.</summary>
    public void Complete()
    {
        _stream.Position = 0;
        WriteHeader();
        _stream.Flush(flushToDisk: true);
    }

    public void Dispose() => _stream.Dispose();

    private void WriteHeader()
        => _stream.Write(_rowLength is { } length ? NpyHeader.Write(_dtype, _elements / length, length) : NpyHeader.Write(_dtype, _elements));
}
