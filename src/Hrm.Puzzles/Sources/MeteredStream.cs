namespace Hrm.Puzzles;

/// <summary>A stream of a file that gives a limited number of bytes, to bound what a reader of the file can hold of it.</summary>
/// <param name="inner">The file; stays the caller's.</param>
/// <param name="budget">How many bytes may be read, those counted twice that are read twice.</param>
/// <param name="exceeded">Makes the exception for the read that would pass the budget.</param>
internal sealed class MeteredStream(Stream inner, long budget, Func<Exception> exceeded) : Stream
{
    private long _left = budget;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <summary>From here on any number of bytes may be read.</summary>
    public void Unmeter() => _left = long.MaxValue;

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        _left -= read;
        return _left >= 0 ? read : throw exceeded();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="InvalidDataException">A place before the beginning, which only a damaged file asks for.</exception>
    public override long Seek(long offset, SeekOrigin origin)
    {
        var start = origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => inner.Position,
            _ => inner.Length,
        };
        return offset >= -start ? inner.Seek(offset, origin) : throw new InvalidDataException("it points to a place before its beginning");
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
