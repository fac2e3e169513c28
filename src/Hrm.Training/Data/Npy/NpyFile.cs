using System.Numerics;
using System.Runtime.InteropServices;
using Hrm.Core;

namespace Hrm.Training;

/// <summary>An <c>.npy</c> file of whole numbers, mapped into memory. Reads from several threads are safe.</summary>
internal sealed class NpyFile : IDisposable
{
    private readonly MappedFile _file;
    private readonly NpyHeader _header;

    private NpyFile(MappedFile file)
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
    /// <param name="residentBytes">The bound on resident memory, about.</param>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    /// <exception cref="DatasetFormatException">It is no array that this library reads.</exception>
    public static NpyFile Open(string path, long residentBytes = long.MaxValue)
    {
        var file = MappedFile.Open(path, residentBytes);
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
        => _file.Read(
            _header.DataStart + (start * Dtype.Size),
            checked(destination.Length * Dtype.Size),
            destination,
            static (bytes, target) =>
            {
                var source = MemoryMarshal.Cast<byte, T>(bytes);
                for (var i = 0; i < target.Length; i++)
                {
                    target[i] = int.CreateSaturating(source[i]);
                }
            });
}
