using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Hrm.PyTorch;

/// <summary>Reads the operands of pickle instructions; a read beyond the end is an error with its position.</summary>
internal sealed class PickleBytes(byte[] pickle, string file)
{
    /// <summary>The longest text, as for a name in a safetensors file.</summary>
    private const int MaxTextBytes = 1_024;

    private const int MaxIntegerBytes = sizeof(long);

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int _position;

    public int Rest => pickle.Length - _position;

    public byte ReadByte() => Take(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(sizeof(double)));

    /// <summary>Reads a signed integer of a number of bytes.</summary>
    public long ReadInteger(int length)
    {
        if (length > MaxIntegerBytes)
        {
            throw Fault($"expected integers of at most {MaxIntegerBytes} bytes, got one of {length}");
        }

        return (long)new BigInteger(Take(length));
    }

    public string ReadText(ulong length)
    {
        if (length > MaxTextBytes)
        {
            throw Fault($"expected texts of at most {MaxTextBytes} bytes, got one of {length}");
        }

        try
        {
            return StrictUtf8.GetString(Take((int)length));
        }
        catch (DecoderFallbackException)
        {
            throw Fault("expected text in UTF-8, got other bytes");
        }
    }

    /// <summary>Reads a text that ends with a line feed.</summary>
    public string ReadLine()
    {
        var length = pickle.AsSpan(_position, Math.Min(Rest, MaxTextBytes)).IndexOf((byte)'\n');
        if (length < 0)
        {
            throw Fault($"expected a name that ends within {MaxTextBytes} bytes, got no end");
        }

        var text = ReadText((ulong)length);
        _position++;
        return text;
    }

    public HrmFormatException Fault(string problem) => new(problem, file, place: $"data.pkl, byte {_position}");

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > Rest)
        {
            throw Fault($"expected {length} more bytes, got {Rest}: the pickle was cut");
        }

        _position += length;
        return pickle.AsSpan(_position - length, length);
    }
}
