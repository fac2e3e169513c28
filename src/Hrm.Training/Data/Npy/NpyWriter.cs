namespace Hrm.Training;

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

    /// <summary>Creates the file.</summary>
    /// <param name="path">The file, which must not exist.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="rowLength">The length of a row; <see langword="null"/> for an array of one axis.</param>
    public NpyWriter(string path, NpyDtype dtype, int? rowLength = null)
    {
        _dtype = dtype;
        _rowLength = rowLength;
        _stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes);
        _stream.Write(Header(0));
    }

    /// <summary>Adds a row, or elements of an array of one axis. Each has to be within the type's range.</summary>
    public void Append(params ReadOnlySpan<int> values)
    {
        var length = values.Length * _dtype.Size;
        if (_bytes.Length < length)
        {
            _bytes = new byte[length];
        }

        _dtype.Encode(values, _bytes.AsSpan(0, length));
        _stream.Write(_bytes.AsSpan(0, length));
    }

    /// <summary>Writes the number of rows to the header and flushes to the disk.</summary>
    public void Complete(long rows)
    {
        _stream.Position = 0;
        _stream.Write(Header(rows));
        _stream.Flush(flushToDisk: true);
    }

    public void Dispose() => _stream.Dispose();

    private byte[] Header(long rows)
        => _rowLength is { } length ? NpyHeader.Write(_dtype, rows, length) : NpyHeader.Write(_dtype, rows);
}
