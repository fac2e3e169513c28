using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Hrm.Core;

/// <summary>
/// Writes the pickle of a state dict in protocol 2, which every version of Python and PyTorch reads, also PyTorch's own
/// restricted reader (<c>weights_only=True</c>).
/// </summary>
internal sealed class PickleWriter
{
    private const byte Protocol = 2;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>The pickle of an OrderedDict from names to tensors, of which the i-th has the i-th storage to itself.</summary>
    public static ReadOnlyMemory<byte> Write(IEnumerable<(string Name, WeightsDtype Dtype, long[] Shape)> tensors)
    {
        var writer = new PickleWriter();
        writer.Write(PickleOpcode.Protocol);
        writer.Write(Protocol);
        writer.WriteEmptyOrderedDictionary();
        writer.Write(PickleOpcode.Mark);
        long key = 0;
        foreach (var (name, dtype, shape) in tensors)
        {
            writer.WriteText(name);
            writer.WriteTensor(key++, dtype, shape);
        }

        writer.Write(PickleOpcode.SetItems);
        writer.Write(PickleOpcode.Stop);
        return writer._bytes.WrittenMemory;
    }

    private void WriteTensor(long key, WeightsDtype dtype, long[] shape)
    {
        WriteGlobal(PickleGlobals.RebuildTensor);
        Write(PickleOpcode.Mark);
        WriteStorage(key, dtype, shape.Aggregate(1L, (product, size) => product * size));
        WriteInteger(0);
        WriteTuple(shape);
        WriteTuple(ContiguousStrides(shape));
        Write(PickleOpcode.NewFalse);
        WriteEmptyOrderedDictionary();
        Write(PickleOpcode.Tuple);
        Write(PickleOpcode.Reduce);
    }

    private void WriteStorage(long key, WeightsDtype dtype, long count)
    {
        Write(PickleOpcode.Mark);
        WriteText(PickleGlobals.StorageTag);
        WriteGlobal(PickleGlobals.StorageName(dtype));
        WriteText(FormattableString.Invariant($"{key}"));
        WriteText("cpu");
        WriteInteger(count);
        Write(PickleOpcode.Tuple);
        Write(PickleOpcode.BinPersistentId);
    }

    private void WriteEmptyOrderedDictionary()
    {
        WriteGlobal(PickleGlobals.OrderedDictionary);
        Write(PickleOpcode.EmptyTuple);
        Write(PickleOpcode.Reduce);
    }

    private void WriteTuple(ReadOnlySpan<long> numbers)
    {
        Write(PickleOpcode.Mark);
        foreach (var number in numbers)
        {
            WriteInteger(number);
        }

        Write(PickleOpcode.Tuple);
    }

    private void WriteInteger(long value)
    {
        if (value <= int.MaxValue)
        {
            Write(PickleOpcode.BinInt);
            BinaryPrimitives.WriteInt32LittleEndian(_bytes.GetSpan(sizeof(int)), (int)value);
            _bytes.Advance(sizeof(int));
            return;
        }

        Write(PickleOpcode.Long1);
        Write(sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(sizeof(long)), value);
        _bytes.Advance(sizeof(long));
    }

    private void WriteText(string text)
    {
        Write(PickleOpcode.BinUnicode);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.GetSpan(sizeof(int)), Encoding.UTF8.GetByteCount(text));
        _bytes.Advance(sizeof(int));
        Encoding.UTF8.GetBytes(text, _bytes);
    }

    /// <summary>A name as module and name, of which each ends its line.</summary>
    private void WriteGlobal(string name)
    {
        var dot = name.LastIndexOf('.');
        Write(PickleOpcode.Global);
        Encoding.UTF8.GetBytes($"{name[..dot]}\n{name[(dot + 1)..]}\n", _bytes);
    }

    private void Write(PickleOpcode opcode) => Write((byte)opcode);

    private void Write(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    private static long[] ContiguousStrides(long[] shape)
    {
        var strides = new long[shape.Length];
        long stride = 1;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= Math.Max(shape[i], 1);
        }

        return strides;
    }
}
