using System.Runtime.InteropServices;
using Hrm.Core;

namespace Hrm.PyTorch;

/// <summary>The stack of a pickle. Instructions reach down to the last mark only.</summary>
internal sealed class PickleStack(PickleBytes bytes)
{
    /// <summary>The maximum number of values that a pickle can push: about 25 per tensor, enough for 8,000 tensors.</summary>
    public const int MaxValues = 200_000;

    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];
    private int _pushed;

    private int Available => _values.Count - (_marks.Count > 0 ? _marks[^1] : 0);

    public void Push(object? value)
    {
        if (++_pushed > MaxValues)
        {
            throw bytes.Fault($"expected at most {MaxValues} values, got more");
        }

        _values.Add(value);
    }

    public object? Peek() => Available > 0 ? _values[^1] : throw bytes.Fault("expected a value to work on, got none");

    public object?[] Pop(int count)
    {
        if (Available < count)
        {
            throw bytes.Fault($"expected {count} values to work on, got {Available}");
        }

        var values = CollectionsMarshal.AsSpan(_values)[(_values.Count - count)..].ToArray();
        _values.RemoveRange(_values.Count - count, count);
        return values;
    }

    public void Mark()
    {
        if (_marks.Count == PickleContainer.MaxDepth)
        {
            throw bytes.Fault($"expected values nested at most {PickleContainer.MaxDepth} deep, got more marks");
        }

        _marks.Add(_values.Count);
    }

    /// <summary>Removes and returns the values above the last mark, and removes the mark.</summary>
    public object?[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw bytes.Fault("expected a mark, got none");
        }

        var values = Pop(Available);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    /// <summary>Returns the single value at the end of a pickle.</summary>
    public object? Finish() => _marks.Count == 0 && _values.Count == 1 && bytes.Rest == 0
        ? _values[0]
        : throw bytes.Fault($"expected one value at the end, got {_values.Count}, {_marks.Count} marks and {bytes.Rest} bytes after it");
}
