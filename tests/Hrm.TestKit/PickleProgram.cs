using System.Text;

namespace Hrm.TestKit;

/// <summary>A pickle put together instruction by instruction, valid or not.</summary>
public sealed class PickleProgram
{
    private readonly List<byte> _bytes = [];

    /// <summary>Begins with the protocol, unless it is 0.</summary>
    public PickleProgram(byte protocol = 2)
    {
        if (protocol > 0)
        {
            Raw(0x80, protocol);
        }
    }

    public byte[] ToArray() => [.. _bytes];

    public PickleProgram Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Instructions of one letter each.</summary>
    public PickleProgram Do(string opcodes, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            _bytes.AddRange(Encoding.Latin1.GetBytes(opcodes));
        }

        return this;
    }

    public PickleProgram Global(string module, string name) => Do($"c{module}\n{name}\n");

    public PickleProgram Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Do("X").Raw(BitConverter.GetBytes(bytes.Length)).Raw(bytes);
    }

    public PickleProgram Number(long number) => Raw(0x8a, 8).Raw(BitConverter.GetBytes(number));

    public PickleProgram Numbers(params long[] numbers)
    {
        Do("(");
        Array.ForEach(numbers, number => Number(number));
        return Do("t");
    }

    public PickleProgram OrderedDictionary() => Global("collections", "OrderedDict").Do(")R");

    /// <summary>A storage of <paramref name="count"/> elements in the entry <c>data/KEY</c>.</summary>
    public PickleProgram Storage(string key, long count, string type = "FloatStorage", string tag = "storage", string module = "torch")
        => Do("(").Text(tag).Global(module, type).Text(key).Text("cuda:0").Number(count).Do("tQ");

    /// <summary>A tensor of a storage that was pushed before.</summary>
    public PickleProgram TensorOfStorage(Action<PickleProgram> storage, long offset, long[] shape, long[] strides)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Do("(");
        storage(this);
        return Number(offset).Numbers(shape).Numbers(strides).Raw(0x89).OrderedDictionary().Do("tR");
    }

    public PickleProgram Tensor(string key, long count, long offset, long[] shape, long[] strides, string type = "FloatStorage")
        => TensorOfStorage(it => it.Storage(key, count, type), offset, shape, strides);

    /// <summary>A state dict of the values that <paramref name="items"/> pushes, each after its name.</summary>
    public static byte[] StateDictionary(Action<PickleProgram> items)
    {
        var pickle = new PickleProgram().OrderedDictionary().Do("(");
        items(pickle);
        return pickle.Do("u.").ToArray();
    }
}
