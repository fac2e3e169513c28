using System.Runtime.InteropServices;
using System.Text;

namespace Hrm.Puzzles.Tests;

/// <summary>Reads the integers of a recorded .npy file.</summary>
internal static class RecordedArray
{
    private const int PreambleBytes = 10;

    public static int[] Read(params string[] path)
    {
        var bytes = File.ReadAllBytes(Path.Combine(path));
        var headerBytes = BitConverter.ToUInt16(bytes, PreambleBytes - 2);
        var data = bytes.AsSpan(PreambleBytes + headerBytes);
        var header = Encoding.ASCII.GetString(bytes, PreambleBytes, headerBytes);
        return header.Split('\'')[3] switch
        {
            "|u1" => Array.ConvertAll(data.ToArray(), value => (int)value),
            "<i4" => MemoryMarshal.Cast<byte, int>(data).ToArray(),
            "<i8" => Array.ConvertAll(MemoryMarshal.Cast<byte, long>(data).ToArray(), value => checked((int)value)),
            var type => throw new InvalidDataException($"{path[^1]}: expected |u1, <i4 or <i8, got {type}"),
        };
    }

    /// <summary>The index of the first element of each group, and the number of all elements.</summary>
    public static IEnumerable<int> Offsets(IEnumerable<int> counts)
    {
        var offset = 0;
        return [0, .. counts.Select(count => offset += count)];
    }
}
