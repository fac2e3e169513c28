using System.Globalization;

namespace Hrm.Core;

/// <summary>
/// Reads the pickle of a state dict. A pickle is a program for a stack machine, and in Python one that may call anything; here
/// it can make plain values and describe tensors, and every other request is an error that names it.
/// </summary>
/// <remarks>
/// It loops and never recurses; values, nesting, texts and integers are bounded, so a file costs time and memory in proportion
/// to its pickle.
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
        if ((PickleOpcode)_bytes.ReadByte() != PickleOpcode.Protocol || _bytes.ReadByte() is < MinProtocol or > MaxProtocol)
        {
            throw _bytes.Fault($"expected a pickle of protocol {MinProtocol} to {MaxProtocol} at its first byte");
        }

        while (true)
        {
            var opcode = (PickleOpcode)_bytes.ReadByte();
            if (opcode == PickleOpcode.Stop)
            {
                return _stack.Finish();
            }

            if (!(TryPushPlain(opcode) || TryContain(opcode) || TryRemember(opcode) || TryResolve(opcode)))
            {
                throw _bytes.Fault($"expected one of the instructions that torch.save uses, got 0x{(byte)opcode:x2}: refused");
            }
        }
    }

    private bool TryPushPlain(PickleOpcode opcode)
    {
        object? value;
        switch (opcode)
        {
            case PickleOpcode.None: value = null; break;
            case PickleOpcode.NewTrue: value = true; break;
            case PickleOpcode.NewFalse: value = false; break;
            case PickleOpcode.BinInt: value = (long)_bytes.ReadInt32(); break;
            case PickleOpcode.BinInt1: value = (long)_bytes.ReadByte(); break;
            case PickleOpcode.BinInt2: value = (long)_bytes.ReadUInt16(); break;
            case PickleOpcode.Long1: value = _bytes.ReadInteger(_bytes.ReadByte()); break;
            case PickleOpcode.BinFloat: value = _bytes.ReadDouble(); break;
            case PickleOpcode.ShortBinUnicode: value = _bytes.ReadText(_bytes.ReadByte()); break;
            case PickleOpcode.BinUnicode: value = _bytes.ReadText(_bytes.ReadUInt32()); break;
            case PickleOpcode.BinUnicode8: value = _bytes.ReadText(_bytes.ReadUInt64()); break;
            case PickleOpcode.EmptyTuple: value = Tuple([]); break;
            case PickleOpcode.EmptyList: value = new PickleList(); break;
            case PickleOpcode.EmptyDictionary: value = new PickleDictionary(isOrdered: false); break;
            default: return false;
        }

        _stack.Push(value);
        return true;
    }

    private bool TryContain(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Mark: _stack.Mark(); break;
            case PickleOpcode.Tuple: _stack.Push(Tuple(_stack.PopToMark())); break;
            case PickleOpcode.Tuple1: _stack.Push(Tuple(_stack.Pop(1))); break;
            case PickleOpcode.Tuple2: _stack.Push(Tuple(_stack.Pop(2))); break;
            case PickleOpcode.Tuple3: _stack.Push(Tuple(_stack.Pop(3))); break;
            case PickleOpcode.List: PushWith(new PickleList(), _stack.PopToMark()); break;
            case PickleOpcode.Dictionary: PushWith(new PickleDictionary(isOrdered: false), _stack.PopToMark()); break;
            case PickleOpcode.Append: Add(_stack.Pop(1)); break;
            case PickleOpcode.Appends: Add(_stack.PopToMark()); break;
            case PickleOpcode.SetItem: Set(_stack.Pop(2)); break;
            case PickleOpcode.SetItems: Set(_stack.PopToMark()); break;
            default: return false;
        }

        return true;
    }

    private bool TryRemember(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.BinPut: Remember(_bytes.ReadByte()); break;
            case PickleOpcode.LongBinPut: Remember(_bytes.ReadUInt32()); break;
            case PickleOpcode.Memoize: Remember((uint)_memo.Count); break;
            case PickleOpcode.BinGet: _stack.Push(Recall(_bytes.ReadByte())); break;
            case PickleOpcode.LongBinGet: _stack.Push(Recall(_bytes.ReadUInt32())); break;
            default: return false;
        }

        return true;
    }

    private bool TryResolve(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Frame: RequireFrame(_bytes.ReadUInt64()); break;
            case PickleOpcode.Global: _stack.Push(_globals.Find(_bytes.ReadLine(), _bytes.ReadLine())); break;
            case PickleOpcode.StackGlobal: FindFromStack(_stack.Pop(2)); break;
            case PickleOpcode.BinPersistentId: _stack.Push(_globals.Storage(_stack.Pop())); break;
            case PickleOpcode.Reduce: Call(_stack.Pop(2)); break;
            case PickleOpcode.Build: IgnoreAttributes(_stack.Pop()); break;
            default: return false;
        }

        return true;
    }

    private PickleTuple Tuple(object?[] items)
    {
        var tuple = new PickleTuple(items);
        RequireShallow(tuple);
        return tuple;
    }

    private void PushWith(PickleContainer container, object?[] items)
    {
        _stack.Push(container);
        if (container is PickleList)
        {
            Add(items);
        }
        else
        {
            Set(items);
        }
    }

    private void Add(object?[] items)
    {
        var list = _stack.Peek() as PickleList ?? throw _bytes.Fault($"expected a list to append to, got {PickleText.Of(_stack.Peek())}");
        Array.ForEach(items, list.Add);
        RequireShallow(list);
    }

    private void Set(object?[] items)
    {
        var dictionary = _stack.Peek() as PickleDictionary ?? throw _bytes.Fault($"expected a dict to set items of, got {PickleText.Of(_stack.Peek())}");
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
                var other => throw _bytes.Fault($"expected a text as a dict's key, got {PickleText.Of(other)}"),
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

    private object? Recall(uint index) => _memo.TryGetValue(index, out var value)
        ? value
        : throw _bytes.Fault($"expected a value remembered before, got number {index} of {_memo.Count}");

    private void RequireFrame(ulong length)
    {
        if (length > (ulong)_bytes.Rest)
        {
            throw _bytes.Fault($"expected a frame within the {_bytes.Rest} bytes left, got one of {length}");
        }
    }

    private void FindFromStack(object?[] names) => _stack.Push(names is [string module, string name]
        ? _globals.Find(module, name)
        : throw _bytes.Fault($"expected a module's and a name's text, got {PickleText.Of(names[0])} and {PickleText.Of(names[1])}"));

    private void Call(object?[] call) => _stack.Push(call is [PickleGlobal callable, PickleTuple arguments]
        ? _globals.Call(callable, arguments.Items)
        : throw _bytes.Fault($"expected a name to call and a tuple of arguments, got {PickleText.Of(call[0])} and {PickleText.Of(call[1])}"));

    /// <summary>A module's state dict carries the versions of its modules as an attribute.</summary>
    private void IgnoreAttributes(object? attributes)
    {
        if (attributes is not PickleDictionary || _stack.Peek() is not PickleDictionary { IsOrdered: true })
        {
            throw _bytes.Fault($"expected attributes of an OrderedDict in a dict, got {PickleText.Of(attributes)} for {PickleText.Of(_stack.Peek())}");
        }
    }

    private void RequireShallow(PickleContainer container)
    {
        if (container.IsTooDeep)
        {
            throw _bytes.Fault($"expected values nested at most {PickleContainer.MaxDepth} deep, got more");
        }
    }
}
