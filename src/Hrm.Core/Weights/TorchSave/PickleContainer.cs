namespace Hrm.Core;

/// <summary>
/// A value made of values. It knows how deep it nests, so that no depth that a file asks for is ever walked down; a value that
/// was put into itself is harmless for the same reason.
/// </summary>
internal abstract class PickleContainer
{
    public const int MaxDepth = 64;

    private int _depth = 1;

    public bool IsTooDeep => _depth > MaxDepth;

    protected void Hold(object? value)
    {
        if (value is PickleContainer inner)
        {
            _depth = Math.Max(_depth, inner._depth + 1);
        }
    }
}
