using System.Numerics;
using System.Runtime.InteropServices;
using Hrm.Core;

namespace Hrm.Training;

/// <summary>An <c>.npy</c> file of whole numbers, whose elements stay on the disk. Reads from several threads are safe.</summary>
internal sealed class NpyFile : IDisposable
{
    private const int ElementsAtOnce = 1 << 12;

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
    /// <param name="path">The file.</param>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    /// <exception cref="DatasetFormatException">It is no array that this library reads.</exception>
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

    /// <summary>Copies elements; one that no <see cref="int"/> holds becomes the nearest.</summary>
    public void CopyTo(long start, Span<int> destination)
    {
        switch (Dtype.Descriptor)
        {
            case "|u1":
                Copy<byte>(start, destination);
                break;
            case "<i2":
                Copy<short>(start, destination);
                break;
            case "<u2":
                Copy<ushort>(start, destination);
                break;
            case "<i4":
                Copy<int>(start, destination);
                break;
            default:
                Copy<long>(start, destination);
                break;
        }
    }

    /// <summary>Releases the file.</summary>
    public void Dispose() => _file.Dispose();

    private void Copy<T>(long start, Span<int> destination)
        where T : unmanaged, IBinaryInteger<T>
    {
        Span<T> piece = stackalloc T[Math.Min(destination.Length, ElementsAtOnce)];
        while (!destination.IsEmpty)
        {
            piece = piece[..Math.Min(piece.Length, destination.Length)];
            _file.CopyTo(_header.DataStart + (start * Dtype.Size), MemoryMarshal.AsBytes(piece));
            for (var i = 0; i < piece.Length; i++)
            {
                destination[i] = int.CreateSaturating(piece[i]);
            }

            destination = destination[piece.Length..];
            start += piece.Length;
        }
    }
}
