using System.Globalization;
using System.Runtime.InteropServices;

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
internal sealed class Unpickler(PickleBytes bytes)
{
    private const int MinProtocol = 2;
    private const int MaxProtocol = 5;
    private const byte Protocol = 0x80;
    private const char Stop = '.';

    /// <summary>The maximum number of values that a pickle can push: about 25 per tensor, enough for 8,000 tensors.</summary>
    private const int MaxValues = 200_000;

    private readonly PickleGlobals _globals = new(bytes);
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private int _pushed;

    /// <summary>The number of values above the last mark; instructions reach no further down.</summary>
    private int Available => _stack.Count - (_marks.Count > 0 ? _marks[^1] : 0);

    /// <summary>Returns the value that a pickle makes.</summary>
    public static object? Load(byte[] pickle, string file) => new Unpickler(new PickleBytes(pickle, file)).Run();

    private object? Run()
    {
        if (bytes.ReadByte() != Protocol || bytes.ReadByte() is < MinProtocol or > MaxProtocol)
        {
            throw bytes.Fault($"expected a pickle of protocol {MinProtocol} to {MaxProtocol} at its first byte");
        }

        while ((char)bytes.ReadByte() is var opcode && opcode != Stop)
        {
            Execute(opcode);
        }

        return _marks.Count == 0 && _stack.Count == 1 && bytes.Rest == 0
            ? _stack[0]
            : throw bytes.Fault($"expected one value at the end, got {_stack.Count}, {_marks.Count} marks and {bytes.Rest} bytes after it");
    }

    /// <summary>Executes an instruction that torch.save uses in protocols 2 to 5; no other is known. The comments are Python's names.</summary>
    private void Execute(char opcode)
    {
        switch (opcode)
        {
            case 'N': Push(null); break; // NONE
            case '\u0088': Push(true); break; // NEWTRUE
            case '\u0089': Push(false); break; // NEWFALSE
            case 'J': Push((long)bytes.ReadInt32()); break; // BININT
            case 'K': Push((long)bytes.ReadByte()); break; // BININT1
            case 'M': Push((long)bytes.ReadUInt16()); break; // BININT2
            case '\u008a': Push(bytes.ReadInteger(bytes.ReadByte())); break; // LONG1
            case 'G': Push(bytes.ReadDouble()); break; // BINFLOAT
            case '\u008c': Push(bytes.ReadText(bytes.ReadByte())); break; // SHORT_BINUNICODE
            case 'X': Push(bytes.ReadText(bytes.ReadUInt32())); break; // BINUNICODE
            case '\u008d': Push(bytes.ReadText(bytes.ReadUInt64())); break; // BINUNICODE8

            case '(': Mark(); break; // MARK
            case ')': PushTuple([]); break; // EMPTY_TUPLE
            case 't': PushTuple(PopToMark()); break; // TUPLE
            case '\u0085': PushTuple(Pop(1)); break; // TUPLE1
            case '\u0086': PushTuple(Pop(2)); break; // TUPLE2
            case '\u0087': PushTuple(Pop(3)); break; // TUPLE3
            case ']': PushList([]); break; // EMPTY_LIST
            case 'l': PushList(PopToMark()); break; // LIST
            case 'a': Append(Pop(1)); break; // APPEND
            case 'e': Append(PopToMark()); break; // APPENDS
            case '}': PushDictionary([]); break; // EMPTY_DICT
            case 'd': PushDictionary(PopToMark()); break; // DICT
            case 's': SetItems(Pop(2)); break; // SETITEM
            case 'u': SetItems(PopToMark()); break; // SETITEMS

            case 'q': Remember(bytes.ReadByte()); break; // BINPUT
            case 'r': Remember(bytes.ReadUInt32()); break; // LONG_BINPUT
            case '\u0094': Remember((uint)_memo.Count); break; // MEMOIZE
            case 'h': Recall(bytes.ReadByte()); break; // BINGET
            case 'j': Recall(bytes.ReadUInt32()); break; // LONG_BINGET

            case '\u0095': RequireFrame(bytes.ReadUInt64()); break; // FRAME
            case 'c': Push(_globals.Find(bytes.ReadLine(), bytes.ReadLine())); break; // GLOBAL
            case '\u0093': FindFromStack(Pop(2)); break; // STACK_GLOBAL
            case 'Q': Push(_globals.Storage(Pop(1)[0])); break; // BINPERSID
            case 'R': Call(Pop(2)); break; // REDUCE
            case 'b': IgnoreAttributes(Pop(1)[0]); break; // BUILD
            default: throw bytes.Fault($"expected one of the instructions that torch.save uses, got 0x{(byte)opcode:x2}: refused");
        }
    }

    private void Push(object? value)
    {
        if (++_pushed > MaxValues)
        {
            throw bytes.Fault($"expected at most {MaxValues} values, got more");
        }

        _stack.Add(value);
    }

    private object? Peek() => Available > 0 ? _stack[^1] : throw bytes.Fault("expected a value to work on, got none");

    private object?[] Pop(int count)
    {
        if (Available < count)
        {
            throw bytes.Fault($"expected {count} values to work on, got {Available}");
        }

        var values = CollectionsMarshal.AsSpan(_stack)[(_stack.Count - count)..].ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private void Mark()
    {
        if (_marks.Count == PickleContainer.MaxDepth)
        {
            throw bytes.Fault($"expected values nested at most {PickleContainer.MaxDepth} deep, got more marks");
        }

        _marks.Add(_stack.Count);
    }

    /// <summary>Removes and returns the values above the last mark, and removes the mark.</summary>
    private object?[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw bytes.Fault("expected a mark, got none");
        }

        var values = Pop(Available);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    private void PushTuple(object?[] items)
    {
        var tuple = new PickleTuple(items);
        RequireShallow(tuple);
        Push(tuple);
    }

    private void PushList(object?[] items)
    {
        Push(new PickleList());
        Append(items);
    }

    private void PushDictionary(object?[] items)
    {
        Push(new PickleDictionary(isOrdered: false));
        SetItems(items);
    }

    private void Append(object?[] items)
    {
        var list = Peek() as PickleList ?? throw bytes.Fault($"expected a list to append to, got {PickleContainer.Describe(Peek())}");
        Array.ForEach(items, list.Add);
        RequireShallow(list);
    }

    private void SetItems(object?[] items)
    {
        var dictionary = Peek() as PickleDictionary ?? throw bytes.Fault($"expected a dict to set items of, got {PickleContainer.Describe(Peek())}");
        if (items.Length % 2 != 0)
        {
            throw bytes.Fault($"expected keys with values, got {items.Length} values");
        }

        for (var i = 0; i < items.Length; i += 2)
        {
            // The state of an optimizer, beside the weights, has numbers as keys.
            var key = items[i] switch
            {
                string text => text,
                long number => number.ToString(CultureInfo.InvariantCulture),
                var other => throw bytes.Fault($"expected a text as a dict's key, got {PickleContainer.Describe(other)}"),
            };
            if (!dictionary.TryAdd(key, items[i + 1]))
            {
                throw bytes.Fault($"expected each key once, got {Quote.Text(key)} twice");
            }
        }

        RequireShallow(dictionary);
    }

    private void Remember(uint index)
    {
        // Picklers count from 0. Other numbers could collide in the hash table.
        if (index >= MaxValues)
        {
            throw bytes.Fault($"expected remembered values with numbers below {MaxValues}, got {index}");
        }

        _memo[index] = Peek();
    }

    private void Recall(uint index) => Push(_memo.TryGetValue(index, out var value)
        ? value
        : throw bytes.Fault($"expected a value remembered before, got number {index} of {_memo.Count}"));

    private void RequireFrame(ulong length)
    {
        if (length > (ulong)bytes.Rest)
        {
            throw bytes.Fault($"expected a frame within the {bytes.Rest} bytes left, got one of {length}");
        }
    }

    private void FindFromStack(object?[] names) => Push(names is [string module, string name]
        ? _globals.Find(module, name)
        : throw bytes.Fault($"expected a module's and a name's text, got {PickleContainer.Describe(names[0])} and {PickleContainer.Describe(names[1])}"));

    private void Call(object?[] call) => Push(call is [PickleGlobal callable, PickleTuple arguments]
        ? _globals.Call(callable, arguments.Items)
        : throw bytes.Fault($"expected a name to call and a tuple of arguments, got {PickleContainer.Describe(call[0])} and {PickleContainer.Describe(call[1])}"));

    /// <summary>The state dict of a module has the versions of its modules as an attribute.</summary>
    private void IgnoreAttributes(object? attributes)
    {
        if (attributes is not PickleDictionary || Peek() is not PickleDictionary { IsOrdered: true })
        {
            throw bytes.Fault($"expected attributes of an OrderedDict in a dict, got {PickleContainer.Describe(attributes)} for {PickleContainer.Describe(Peek())}");
        }
    }

    private void RequireShallow(PickleContainer container)
    {
        if (container.IsTooDeep)
        {
            throw bytes.Fault($"expected values nested at most {PickleContainer.MaxDepth} deep, got more");
        }
    }
}
