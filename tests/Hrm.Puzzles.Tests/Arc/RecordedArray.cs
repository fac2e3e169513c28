using System.Runtime.InteropServices;
using System.Text;

namespace Hrm.Puzzles.Tests;

/// <summary>Reads the numbers of a recorded .npy file of bytes or int32.</summary>
internal static class RecordedArray
{
    private const int PreambleBytes = 10;

    public static int[] Read(params string[] path)
    {
        var bytes = File.ReadAllBytes(Path.Combine(path));
        var headerBytes = BitConverter.ToUInt16(bytes, PreambleBytes - 2);
        var data = bytes.AsSpan(PreambleBytes + headerBytes);
        var header = Encoding.ASCII.GetString(bytes, PreambleBytes, headerBytes);
        if (header.Contains("'|u1'", StringComparison.Ordinal))
        {
            return Array.ConvertAll(data.ToArray(), value => (int)value);
        }

        header.Should().Contain("'<i4'");
        return MemoryMarshal.Cast<byte, int>(data).ToArray();
    }
}
