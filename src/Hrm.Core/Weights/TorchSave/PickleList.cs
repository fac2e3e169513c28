namespace Hrm.Core;

/// <summary>A list, of which nothing but the length is kept: nothing that weights need is one.</summary>
internal sealed class PickleList : PickleContainer
{
    public int Count { get; private set; }

    public void Add(object? item)
    {
        Count++;
        Hold(item);
    }
}
