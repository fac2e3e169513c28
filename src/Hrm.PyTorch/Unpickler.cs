using System.Globalization;
using Hrm.Core;

namespace Hrm.PyTorch;

/// <summary>
/// Reads the pickle of a state dict. A pickle is a program for a stack machine, which can call anything in Python. Here
/// it can make plain values and describe tensors; every other request is an error that names it.
/// </summary>
/// <remarks>
/// Nothing recurses. Values, nesting, texts and integers are bounded, so that time and memory are proportional to the size of
/// the pickle.
/// Reference: https://docs.python.org/3/library/pickletools.html
/// </remarks>
internal sealed class Unpickler
{
    private const int MinProtocol = 2;
    private const int MaxProtocol = 5;
    private const byte Protocol = 0x80;
    private const char Stop = '.';

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

    /// <summary>Returns the value that a pickle makes.</summary>
    /// <param name="pickle">The program.</param>
    /// <param name="file">The file's path, for messages.</param>
    public static object? Load(byte[] pickle, string file) => new Unpickler(new PickleBytes(pickle, file)).Run();

    private object? Run()
    {
        if (_bytes.ReadByte() != Protocol || _bytes.ReadByte() is < MinProtocol or > MaxProtocol)
        {
            throw _bytes.Fault($"expected a pickle of protocol {MinProtocol} to {MaxProtocol} at its first byte");
        }

        while ((char)_bytes.ReadByte() is var opcode && opcode != Stop)
        {
            Execute(opcode);
        }

        return _stack.Finish();
    }

    /// <summary>Executes an instruction that torch.save uses in protocols 2 to 5; no other is known. The comments are Python's names.</summary>
    private void Execute(char opcode)
    {
        switch (opcode)
        {
            case 'N': _stack.Push(null); break; // NONE
            case '\u0088': _stack.Push(true); break; // NEWTRUE
            case '\u0089': _stack.Push(false); break; // NEWFALSE
            case 'J': _stack.Push((long)_bytes.ReadInt32()); break; // BININT
            case 'K': _stack.Push((long)_bytes.ReadByte()); break; // BININT1
            case 'M': _stack.Push((long)_bytes.ReadUInt16()); break; // BININT2
            case '\u008a': _stack.Push(_bytes.ReadInteger(_bytes.ReadByte())); break; // LONG1
            case 'G': _stack.Push(_bytes.ReadDouble()); break; // BINFLOAT
            case '\u008c': _stack.Push(_bytes.ReadText(_bytes.ReadByte())); break; // SHORT_BINUNICODE
            case 'X': _stack.Push(_bytes.ReadText(_bytes.ReadUInt32())); break; // BINUNICODE
            case '\u008d': _stack.Push(_bytes.ReadText(_bytes.ReadUInt64())); break; // BINUNICODE8

            case '(': _stack.Mark(); break; // MARK
            case ')': PushTuple([]); break; // EMPTY_TUPLE
            case 't': PushTuple(_stack.PopToMark()); break; // TUPLE
            case '\u0085': PushTuple(_stack.Pop(1)); break; // TUPLE1
            case '\u0086': PushTuple(_stack.Pop(2)); break; // TUPLE2
            case '\u0087': PushTuple(_stack.Pop(3)); break; // TUPLE3
            case ']': PushList([]); break; // EMPTY_LIST
            case 'l': PushList(_stack.PopToMark()); break; // LIST
            case 'a': Append(_stack.Pop(1)); break; // APPEND
            case 'e': Append(_stack.PopToMark()); break; // APPENDS
            case '}': PushDictionary([]); break; // EMPTY_DICT
            case 'd': PushDictionary(_stack.PopToMark()); break; // DICT
            case 's': SetItems(_stack.Pop(2)); break; // SETITEM
            case 'u': SetItems(_stack.PopToMark()); break; // SETITEMS

            case 'q': Remember(_bytes.ReadByte()); break; // BINPUT
            case 'r': Remember(_bytes.ReadUInt32()); break; // LONG_BINPUT
            case '\u0094': Remember((uint)_memo.Count); break; // MEMOIZE
            case 'h': Recall(_bytes.ReadByte()); break; // BINGET
            case 'j': Recall(_bytes.ReadUInt32()); break; // LONG_BINGET

            case '\u0095': RequireFrame(_bytes.ReadUInt64()); break; // FRAME
            case 'c': _stack.Push(_globals.Find(_bytes.ReadLine(), _bytes.ReadLine())); break; // GLOBAL
            case '\u0093': FindFromStack(_stack.Pop(2)); break; // STACK_GLOBAL
            case 'Q': _stack.Push(_globals.Storage(_stack.Pop(1)[0])); break; // BINPERSID
            case 'R': Call(_stack.Pop(2)); break; // REDUCE
            case 'b': IgnoreAttributes(_stack.Pop(1)[0]); break; // BUILD
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
        // Picklers count from 0. Other numbers could collide in the hash table.
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

    /// <summary>The state dict of a module has the versions of its modules as an attribute.</summary>
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
}
