namespace Hrm.Core;

internal sealed class PickleTuple : PickleContainer
{
    public PickleTuple(object?[] items)
    {
        Items = items;
        Array.ForEach(items, Hold);
    }

    public object?[] Items { get; }
}
