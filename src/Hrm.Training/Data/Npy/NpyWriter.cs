using System.Numerics;
using System.Runtime.InteropServices;
using Hrm.Core;

namespace Hrm.Training;

/// <summary>
/// Writes an <c>.npy</c> file of rows whose number is known only at the end: the header is written twice, and has the same
/// length for any number of rows.
/// </summary>
internal sealed class NpyWriter : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly FileStream _stream;
    private readonly NpyDtype _dtype;
    private readonly int? _rowLength;
    private byte[] _bytes = [];

    /// <summary>Creates the file; what this class throws of the system's errors is an <see cref="HrmFileException"/>.</summary>
    /// <param name="path">The file, which must not exist.</param>
    /// <param name="dtype">The type of an element.</param>
    /// <param name="rowLength">The length of a row; <see langword="null"/> for an array of one axis.</param>
    public NpyWriter(string path, NpyDtype dtype, int? rowLength = null)
    {
        _dtype = dtype;
        _rowLength = rowLength;
        try
        {
            _stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes);
        }
        catch (Exception exception) when (StagedFile.IsWriteError(exception))
        {
            throw new HrmFileException(path, "could not be written", exception);
        }

        Write(Header(0));
    }

    /// <summary>Adds one row, or elements of an array of one axis; each has to be within the type's range.</summary>
    public void Append(ReadOnlySpan<int> values)
    {
        if (_bytes.Length < values.Length * _dtype.Size)
        {
            _bytes = new byte[values.Length * _dtype.Size];
        }

        switch (_dtype.Descriptor)
        {
            case "|u1":
                Encode<byte>(values);
                break;
            case "<i2":
                Encode<short>(values);
                break;
            case "<u2":
                Encode<ushort>(values);
                break;
            case "<i4":
                Encode<int>(values);
                break;
            default:
                Encode<long>(values);
                break;
        }
    }

    /// <summary>Adds one element of an array of one axis.</summary>
    public void Append(int value) => Append([value]);

    /// <summary>Puts the number of rows into the header and flushes to the disk.</summary>
    /// <param name="rows">The number of rows.</param>
    public void Complete(long rows)
    {
        try
        {
            _stream.Position = 0;
            _stream.Write(Header(rows));
            _stream.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (StagedFile.IsWriteError(exception))
        {
            throw new HrmFileException(_stream.Name, "could not be written", exception);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        try
        {
            _stream.Dispose();
        }
        catch (Exception exception) when (StagedFile.IsWriteError(exception))
        {
            // After Complete nothing is left to write; before it, the failure that led here is the one to report.
        }
    }

    private byte[] Header(long rows)
        => _rowLength is { } length ? NpyHeader.Write(_dtype, rows, length) : NpyHeader.Write(_dtype, rows);

    private void Encode<T>(ReadOnlySpan<int> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        var bytes = _bytes.AsSpan(0, values.Length * _dtype.Size);
        var target = MemoryMarshal.Cast<byte, T>(bytes);
        for (var i = 0; i < values.Length; i++)
        {
            target[i] = T.CreateTruncating(values[i]);
        }

        Write(bytes);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
        }
        catch (Exception exception) when (StagedFile.IsWriteError(exception))
        {
            throw new HrmFileException(_stream.Name, "could not be written", exception);
        }
    }
}
