namespace Hrm.Core;

/// <summary>A dict or OrderedDict with texts as keys, in order.</summary>
internal sealed class PickleDictionary(bool isOrdered) : PickleContainer
{
    private readonly OrderedDictionary<string, object?> _items = new(StringComparer.Ordinal);

    /// <summary>Whether it is an OrderedDict, which alone can carry attributes.</summary>
    public bool IsOrdered { get; } = isOrdered;

    public IReadOnlyList<KeyValuePair<string, object?>> Items => _items;

    /// <summary>False if the key is there already.</summary>
    public bool TryAdd(string key, object? value)
    {
        Hold(value);
        return _items.TryAdd(key, value);
    }
}
