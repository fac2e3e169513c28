using System.Text;

namespace Hrm.Core.Tests;

/// <summary>Safetensors files built by hand, valid or not.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A file of a header and data bytes that count upwards.</summary>
    public static byte[] File(string header, int dataBytes = 0) => File(Encoding.UTF8.GetBytes(header), dataBytes);

    public static byte[] File(byte[] header, int dataBytes = 0) => File((ulong)header.Length, header, dataBytes);

    public static byte[] File(ulong claimedLength, byte[] header, int dataBytes = 0)
        => [.. BitConverter.GetBytes(claimedLength), .. header, .. Enumerable.Range(0, dataBytes).Select(value => (byte)value)];

    /// <summary>The entry of one tensor in a header.</summary>
    public static string Entry(string name, string dtype, string shape, long begin, long end) =>
        $"\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":[{shape}],\"data_offsets\":[{begin},{end}]}}";
}
