using System.Globalization;

namespace Hrm.PyTorch;

/// <summary>
/// A value that contains values. It stores its depth, so that no code walks down the nesting; a value that was put into itself is
/// harmless for the same reason.
/// </summary>
internal abstract class PickleContainer
{
    public const int MaxDepth = 64;

    private int _depth = 1;

    public bool IsTooDeep => _depth > MaxDepth;

    /// <summary>The value as a message shows it.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "None",
        string text => $"the text {Quote.Text(text)}",
        bool flag => flag ? "True" : "False",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        PickleTuple tuple => $"a tuple of {tuple.Items.Length}",
        PickleList => "a list",
        PickleDictionary dictionary => $"a dict of {dictionary.Items.Count}",
        PickleGlobal global => $"the name {Quote.Text(global.Name)}",
        TorchStorage => "a storage",
        _ => "a tensor",
    };

    /// <summary>The first values in brackets, as a message shows them.</summary>
    public static string Describe(object?[] values) => $"({string.Join(", ", values.Take(8).Select(Describe))})";

    protected void Hold(object? value)
    {
        if (value is PickleContainer inner)
        {
            _depth = Math.Max(_depth, inner._depth + 1);
        }
    }
}

internal sealed class PickleTuple : PickleContainer
{
    public PickleTuple(object?[] items)
    {
        Items = items;
        Array.ForEach(items, Hold);
    }

    public object?[] Items { get; }
}

/// <summary>A list, whose values are not stored: no weights need one.</summary>
internal sealed class PickleList : PickleContainer
{
    public void Add(object? item) => Hold(item);
}

/// <summary>A dict or OrderedDict with texts as keys, in order.</summary>
internal sealed class PickleDictionary(bool isOrdered) : PickleContainer
{
    private readonly OrderedDictionary<string, object?> _items = new(StringComparer.Ordinal);

    /// <summary>True for an OrderedDict, which can have attributes.</summary>
    public bool IsOrdered { get; } = isOrdered;

    public IReadOnlyList<KeyValuePair<string, object?>> Items => _items;

    /// <summary>Returns false if the key exists.</summary>
    public bool TryAdd(string key, object? value)
    {
        Hold(value);
        return _items.TryAdd(key, value);
    }
}

/// <summary>A name of a Python module that a pickle may use.</summary>
/// <param name="Name">The module and the name in it.</param>
/// <param name="StorageDtype">The dtype, if the name is that of a class of storages.</param>
internal sealed record PickleGlobal(string Name, WeightsDtype? StorageDtype = null);

/// <summary>A storage as a pickle describes it: the entry <c>data/KEY</c> of the archive.</summary>
internal sealed record TorchStorage(string Key, WeightsDtype Dtype, long Count)
{
    public Int128 ByteLength => (Int128)Count * Dtype.Size;
}

/// <summary>A tensor as a pickle describes it, not yet checked against its storage.</summary>
/// <param name="Storage">The storage of its values.</param>
/// <param name="Offset">The index of the first value.</param>
/// <param name="Shape">The size of each dimension.</param>
/// <param name="Strides">The distance of neighbours in each dimension, in elements.</param>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>The number of elements from the first to the last one.</summary>
    public Int128 Extent
    {
        get
        {
            Int128 last = 0;
            for (var i = 0; i < Shape.Length; i++)
            {
                last += (Int128)(Shape[i] - 1) * Strides[i];
            }

            return Shape.Contains(0) ? 0 : last + 1;
        }
    }
}
