using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Hrm.Core;

/// <summary>
/// A file mapped for reading. Reads from several threads are safe, and one that meets a Dispose either finishes or
/// throws <see cref="ObjectDisposedException"/>: the mapping lives until the last read released it.
/// </summary>
/// <remarks>
/// Pages that were read count as resident memory of the process, and reading at random soon touches all of them. With a bound,
/// the view is mapped anew when the pages touched since the last time may have reached it: what is let go of is only the
/// process's claim, the system's cache of the file stays warm.
/// </remarks>
internal sealed class MappedFile : IDisposable
{
    /// <summary>What one touch makes resident at most: Linux maps the cached pages around the one that was missed, 64 KiB by default.</summary>
    private const int TouchShift = 16;

    private readonly FileStream _stream;
    private readonly MemoryMappedFile? _file;
    private readonly long _maxTouches;
    private readonly Lock _renewing = new();
    private volatile MemoryMappedViewAccessor? _view;
    private long _touches;
    private bool _isDisposed;

    private MappedFile(FileStream stream, long residentBytes)
    {
        _stream = stream;
        _maxTouches = Math.Max(residentBytes >> TouchShift, 1);
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

    /// <summary>Maps a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="residentBytes">The bound on resident memory, about; a single read that is larger makes the whole of it resident.</param>
    public static MappedFile Open(string path, long residentBytes = long.MaxValue)
    {
        FileStream? stream = null;
        try
        {
            // No buffer: the stream only carries the handle.
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            return stream.CanSeek ? new MappedFile(stream, residentBytes) : throw new HrmFileException(path, "expected a regular file, got a device or a pipe");
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
        where TState : allows ref struct
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        if (_view is null)
        {
            read([], state);
            return;
        }
        var view = Acquire(out var pointer);
        try
        {
            ThrowIfShortened();
            read(new ReadOnlySpan<byte>(pointer + view.PointerOffset + offset, length), state);
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
        CountTouches(offset, length);
    }

    public void CopyTo(long offset, Span<byte> destination)
        => Read(offset, destination.Length, destination, static (source, target) => source.CopyTo(target));

    public void Dispose()
    {
        lock (_renewing)
        {
            _isDisposed = true;
            _view?.Dispose();
            _file?.Dispose();
            _stream.Dispose();
        }
    }

    private unsafe MemoryMappedViewAccessor Acquire(out byte* pointer)
    {
        while (true)
        {
            var view = _view!;
            pointer = null;
            try
            {
                view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
                return view;
            }
            catch (ObjectDisposedException) when (!ReferenceEquals(view, _view))
            {
                // Another thread has mapped the file anew in between.
            }
        }
    }

    private void CountTouches(long offset, int length)
    {
        var touches = ((offset + length - 1) >> TouchShift) - (offset >> TouchShift) + 1;
        if (Interlocked.Add(ref _touches, touches) >= _maxTouches)
        {
            Renew();
        }
    }

    private void Renew()
    {
        lock (_renewing)
        {
            if (_isDisposed || Interlocked.Read(ref _touches) < _maxTouches)
            {
                return;
            }
            var old = _view!;
            try
            {
                _view = _file!.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            }
            catch (Exception exception) when (HrmFileException.IsFileError(exception))
            {
                throw new HrmFileException(Path, "could not be mapped anew", exception);
            }
            Interlocked.Exchange(ref _touches, 0);
            // Reads under way hold the old one until they are done.
            old.Dispose();
        }
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
