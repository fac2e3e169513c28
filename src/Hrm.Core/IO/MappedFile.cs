using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Hrm.Core;

/// <summary>
/// A file mapped for reading. Reads from several threads are safe, and one that meets a Dispose either finishes or
/// throws <see cref="ObjectDisposedException"/>: the mapping lives until the last read released it.
/// </summary>
internal sealed class MappedFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;

    private MappedFile(FileStream stream)
    {
        _stream = stream;
        Path = stream.Name;
        Length = stream.Length;
        // An empty file cannot be mapped.
        if (Length > 0)
        {
            _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        }
    }

    public string Path { get; }

    public long Length { get; }

    public static MappedFile Open(string path)
    {
        FileStream? stream = null;
        try
        {
            // No buffer: the stream only carries the handle.
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            return stream.CanSeek ? new MappedFile(stream) : throw new HrmFileException(path, "expected a regular file, got a device or a pipe");
        }
        catch (Exception exception)
        {
            stream?.Dispose();
            if (HrmFileException.IsFileError(exception))
            {
                throw new HrmFileException(path, "could not be read", exception);
            }
            throw;
        }
    }

    /// <summary>Gives <paramref name="read"/> the bytes of a range, which are valid only during the call.</summary>
    public unsafe void Read<TState>(long offset, int length, TState state, ReadOnlySpanAction<byte, TState> read)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        if (_view is null)
        {
            read([], state);
            return;
        }
        var handle = _view.SafeMemoryMappedViewHandle;
        byte* pointer = null;
        try
        {
            handle.AcquirePointer(ref pointer);
            ThrowIfShortened();
            read(new ReadOnlySpan<byte>(pointer + _view.PointerOffset + offset, length), state);
        }
        finally
        {
            if (pointer is not null)
            {
                handle.ReleasePointer();
            }
        }
    }

    public void CopyTo(long offset, Span<byte> destination)
    {
        unsafe
        {
            fixed (byte* target = destination)
            {
                Read(offset, destination.Length, (nint)target,
                    static (source, target) => source.CopyTo(new Span<byte>((void*)target, source.Length)));
            }
        }
    }

    public void Dispose()
    {
        _view?.Dispose();
        _file?.Dispose();
        _stream.Dispose();
    }

    /// <summary>Touching a mapped page beyond the end of the file would end the process.</summary>
    private void ThrowIfShortened()
    {
        var length = RandomAccess.GetLength(_stream.SafeFileHandle);
        if (length < Length)
        {
            throw new HrmFileException(Path, $"was shortened while open: expected {Length} bytes, got {length}");
        }
    }
}
