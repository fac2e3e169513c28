namespace Hrm.Puzzles;

/// <summary>A colour as it is shown.</summary>
/// <param name="Red">Red, 0 to 255.</param>
/// <param name="Green">Green, 0 to 255.</param>
/// <param name="Blue">Blue, 0 to 255.</param>
public readonly record struct ArcColour(byte Red, byte Green, byte Blue)
{
    /// <summary>As HTML writes it: <c>#0074D9</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"#{Red:X2}{Green:X2}{Blue:X2}");
}
