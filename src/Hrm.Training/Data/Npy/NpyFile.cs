using Hrm.Core;

namespace Hrm.Training;

/// <summary>An <c>.npy</c> file of integers, whose elements stay on the disk. Reads from several threads are safe.</summary>
internal sealed class NpyFile : IDisposable
{
    private const int BytesAtOnce = 1 << 15;

    private readonly InputFile _file;
    private readonly NpyHeader _header;

    private NpyFile(InputFile file)
    {
        _file = file;
        _header = NpyHeader.Read(file);
        Count = _header.Count;
    }

    public string Path => _file.Path;

    public NpyDtype Dtype => _header.Dtype;

    public IReadOnlyList<long> Shape => _header.Shape;

    /// <summary>The number of elements.</summary>
    public long Count { get; }

    /// <summary>Opens a file and checks its header and length.</summary>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    /// <exception cref="DatasetFormatException">The file is not an array that this library reads.</exception>
    public static NpyFile Open(string path)
    {
        var file = InputFile.Open(path);
        try
        {
            return new NpyFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Copies elements, converted by <see cref="NpyDtype.Decode"/>.</summary>
    public void CopyTo(long start, Span<int> destination)
    {
        var size = Dtype.Size;
        Span<byte> bytes = stackalloc byte[(int)Math.Min((long)destination.Length * size, BytesAtOnce)];
        while (!destination.IsEmpty)
        {
            var count = Math.Min(bytes.Length / size, destination.Length);
            var piece = bytes[..(count * size)];
            _file.CopyTo(_header.DataStart + (start * size), piece);
            Dtype.Decode(piece, destination[..count]);
            destination = destination[count..];
            start += count;
        }
    }

    public void Dispose() => _file.Dispose();
}
