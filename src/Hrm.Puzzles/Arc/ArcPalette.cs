namespace Hrm.Puzzles;

/// <summary>The colours in which ARC's tasks are usually shown.</summary>
public static class ArcPalette
{
    /// <summary>Black, blue, red, green, yellow, grey, fuchsia, orange, teal, brown: one for each colour 0 to 9.</summary>
    public static IReadOnlyList<ArcColour> Colours { get; } = Array.AsReadOnly<ArcColour>(
    [
        new(0x00, 0x00, 0x00),
        new(0x00, 0x74, 0xD9),
        new(0xFF, 0x41, 0x36),
        new(0x2E, 0xCC, 0x40),
        new(0xFF, 0xDC, 0x00),
        new(0xAA, 0xAA, 0xAA),
        new(0xF0, 0x12, 0xBE),
        new(0xFF, 0x85, 0x1B),
        new(0x7F, 0xDB, 0xFF),
        new(0x87, 0x0C, 0x25),
    ]);
}
