using System.Globalization;
using Hrm.Core;

namespace Hrm.PyTorch;

/// <summary>
/// Reads the pickle of a state dict. A pickle is a program for a stack machine, and in Python one that may call anything; here
/// it can make plain values and describe tensors, and every other request is an error that names it.
/// </summary>
/// <remarks>
/// It loops and never recurses; values, nesting, texts and integers are bounded, so a file costs time and memory in proportion
/// to its pickle.
/// Reference: https://docs.python.org/3/library/pickletools.html
/// </remarks>
internal sealed class Unpickler
{
    private const int MinProtocol = 2;
    private const int MaxProtocol = 5;

    private readonly PickleBytes _bytes;
    private readonly PickleStack _stack;
    private readonly PickleGlobals _globals;
    private readonly Dictionary<uint, object?> _memo = [];

    private Unpickler(PickleBytes bytes)
    {
        _bytes = bytes;
        _stack = new PickleStack(bytes);
        _globals = new PickleGlobals(bytes);
    }

    /// <summary>The value that a pickle makes.</summary>
    /// <param name="pickle">The program.</param>
    /// <param name="file">The file's path, for messages.</param>
    public static object? Load(byte[] pickle, string file) => new Unpickler(new PickleBytes(pickle, file)).Run();

    private object? Run()
    {
        if ((Opcode)_bytes.ReadByte() != Opcode.Protocol || _bytes.ReadByte() is < MinProtocol or > MaxProtocol)
        {
            throw _bytes.Fault($"expected a pickle of protocol {MinProtocol} to {MaxProtocol} at its first byte");
        }

        while ((Opcode)_bytes.ReadByte() is var opcode && opcode != Opcode.Stop)
        {
            Execute(opcode);
        }

        return _stack.Finish();
    }

    private void Execute(Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.None: _stack.Push(null); break;
            case Opcode.NewTrue: _stack.Push(true); break;
            case Opcode.NewFalse: _stack.Push(false); break;
            case Opcode.BinInt: _stack.Push((long)_bytes.ReadInt32()); break;
            case Opcode.BinInt1: _stack.Push((long)_bytes.ReadByte()); break;
            case Opcode.BinInt2: _stack.Push((long)_bytes.ReadUInt16()); break;
            case Opcode.Long1: _stack.Push(_bytes.ReadInteger(_bytes.ReadByte())); break;
            case Opcode.BinFloat: _stack.Push(_bytes.ReadDouble()); break;
            case Opcode.ShortBinUnicode: _stack.Push(_bytes.ReadText(_bytes.ReadByte())); break;
            case Opcode.BinUnicode: _stack.Push(_bytes.ReadText(_bytes.ReadUInt32())); break;
            case Opcode.BinUnicode8: _stack.Push(_bytes.ReadText(_bytes.ReadUInt64())); break;

            case Opcode.Mark: _stack.Mark(); break;
            case Opcode.EmptyTuple: PushTuple([]); break;
            case Opcode.Tuple: PushTuple(_stack.PopToMark()); break;
            case Opcode.Tuple1: PushTuple(_stack.Pop(1)); break;
            case Opcode.Tuple2: PushTuple(_stack.Pop(2)); break;
            case Opcode.Tuple3: PushTuple(_stack.Pop(3)); break;
            case Opcode.EmptyList: PushList([]); break;
            case Opcode.List: PushList(_stack.PopToMark()); break;
            case Opcode.Append: Append(_stack.Pop(1)); break;
            case Opcode.Appends: Append(_stack.PopToMark()); break;
            case Opcode.EmptyDictionary: PushDictionary([]); break;
            case Opcode.Dictionary: PushDictionary(_stack.PopToMark()); break;
            case Opcode.SetItem: SetItems(_stack.Pop(2)); break;
            case Opcode.SetItems: SetItems(_stack.PopToMark()); break;

            case Opcode.BinPut: Remember(_bytes.ReadByte()); break;
            case Opcode.LongBinPut: Remember(_bytes.ReadUInt32()); break;
            case Opcode.Memoize: Remember((uint)_memo.Count); break;
            case Opcode.BinGet: Recall(_bytes.ReadByte()); break;
            case Opcode.LongBinGet: Recall(_bytes.ReadUInt32()); break;

            case Opcode.Frame: RequireFrame(_bytes.ReadUInt64()); break;
            case Opcode.Global: _stack.Push(_globals.Find(_bytes.ReadLine(), _bytes.ReadLine())); break;
            case Opcode.StackGlobal: FindFromStack(_stack.Pop(2)); break;
            case Opcode.BinPersistentId: _stack.Push(_globals.Storage(_stack.Pop(1)[0])); break;
            case Opcode.Reduce: Call(_stack.Pop(2)); break;
            case Opcode.Build: IgnoreAttributes(_stack.Pop(1)[0]); break;
            default: throw _bytes.Fault($"expected one of the instructions that torch.save uses, got 0x{(byte)opcode:x2}: refused");
        }
    }

    private void PushTuple(object?[] items)
    {
        var tuple = new PickleTuple(items);
        RequireShallow(tuple);
        _stack.Push(tuple);
    }

    private void PushList(object?[] items)
    {
        _stack.Push(new PickleList());
        Append(items);
    }

    private void PushDictionary(object?[] items)
    {
        _stack.Push(new PickleDictionary(isOrdered: false));
        SetItems(items);
    }

    private void Append(object?[] items)
    {
        var list = _stack.Peek() as PickleList ?? throw _bytes.Fault($"expected a list to append to, got {PickleContainer.Describe(_stack.Peek())}");
        Array.ForEach(items, list.Add);
        RequireShallow(list);
    }

    private void SetItems(object?[] items)
    {
        var dictionary = _stack.Peek() as PickleDictionary ?? throw _bytes.Fault($"expected a dict to set items of, got {PickleContainer.Describe(_stack.Peek())}");
        if (items.Length % 2 != 0)
        {
            throw _bytes.Fault($"expected keys with values, got {items.Length} values");
        }

        for (var i = 0; i < items.Length; i += 2)
        {
            // The state of an optimizer, beside the weights, has numbers as keys.
            var key = items[i] switch
            {
                string text => text,
                long number => number.ToString(CultureInfo.InvariantCulture),
                var other => throw _bytes.Fault($"expected a text as a dict's key, got {PickleContainer.Describe(other)}"),
            };
            if (!dictionary.TryAdd(key, items[i + 1]))
            {
                throw _bytes.Fault($"expected each key once, got {Quote.Text(key)} twice");
            }
        }

        RequireShallow(dictionary);
    }

    private void Remember(uint index)
    {
        // Picklers count from 0; numbers chosen freely could all fall into one place of the table.
        if (index >= PickleStack.MaxValues)
        {
            throw _bytes.Fault($"expected remembered values with numbers below {PickleStack.MaxValues}, got {index}");
        }

        _memo[index] = _stack.Peek();
    }

    private void Recall(uint index) => _stack.Push(_memo.TryGetValue(index, out var value)
        ? value
        : throw _bytes.Fault($"expected a value remembered before, got number {index} of {_memo.Count}"));

    private void RequireFrame(ulong length)
    {
        if (length > (ulong)_bytes.Rest)
        {
            throw _bytes.Fault($"expected a frame within the {_bytes.Rest} bytes left, got one of {length}");
        }
    }

    private void FindFromStack(object?[] names) => _stack.Push(names is [string module, string name]
        ? _globals.Find(module, name)
        : throw _bytes.Fault($"expected a module's and a name's text, got {PickleContainer.Describe(names[0])} and {PickleContainer.Describe(names[1])}"));

    private void Call(object?[] call) => _stack.Push(call is [PickleGlobal callable, PickleTuple arguments]
        ? _globals.Call(callable, arguments.Items)
        : throw _bytes.Fault($"expected a name to call and a tuple of arguments, got {PickleContainer.Describe(call[0])} and {PickleContainer.Describe(call[1])}"));

    /// <summary>A module's state dict carries the versions of its modules as an attribute.</summary>
    private void IgnoreAttributes(object? attributes)
    {
        if (attributes is not PickleDictionary || _stack.Peek() is not PickleDictionary { IsOrdered: true })
        {
            throw _bytes.Fault($"expected attributes of an OrderedDict in a dict, got {PickleContainer.Describe(attributes)} for {PickleContainer.Describe(_stack.Peek())}");
        }
    }

    private void RequireShallow(PickleContainer container)
    {
        if (container.IsTooDeep)
        {
            throw _bytes.Fault($"expected values nested at most {PickleContainer.MaxDepth} deep, got more");
        }
    }

    /// <summary>The instructions that torch.save uses in protocols 2 to 5; no other is read.</summary>
    private enum Opcode : byte
    {
        Mark = (byte)'(',
        EmptyTuple = (byte)')',
        Stop = (byte)'.',
        BinFloat = (byte)'G',
        BinInt = (byte)'J',
        BinInt1 = (byte)'K',
        BinInt2 = (byte)'M',
        None = (byte)'N',
        BinPersistentId = (byte)'Q',
        Reduce = (byte)'R',
        BinUnicode = (byte)'X',
        EmptyList = (byte)']',
        Append = (byte)'a',
        Build = (byte)'b',
        Global = (byte)'c',
        Dictionary = (byte)'d',
        Appends = (byte)'e',
        BinGet = (byte)'h',
        LongBinGet = (byte)'j',
        List = (byte)'l',
        BinPut = (byte)'q',
        LongBinPut = (byte)'r',
        SetItem = (byte)'s',
        Tuple = (byte)'t',
        SetItems = (byte)'u',
        EmptyDictionary = (byte)'}',
        Protocol = 0x80,
        Tuple1 = 0x85,
        Tuple2 = 0x86,
        Tuple3 = 0x87,
        NewTrue = 0x88,
        NewFalse = 0x89,
        Long1 = 0x8a,
        ShortBinUnicode = 0x8c,
        BinUnicode8 = 0x8d,
        StackGlobal = 0x93,
        Memoize = 0x94,
        Frame = 0x95,
    }
}
