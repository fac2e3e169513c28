namespace Hrm.Puzzles;

/// <summary>Content of a cell of a maze or of an answer. The values are the authors' tokens.</summary>
public enum MazeCell : byte
{
    /// <summary>The padding token, printed '?'. Only a prediction can contain it.</summary>
    Padding,

    /// <summary>A wall, '#'.</summary>
    Wall,

    /// <summary>A cell that can be walked on, ' '.</summary>
    Free,

    /// <summary>The start, 'S'.</summary>
    Start,

    /// <summary>The goal, 'G'.</summary>
    Goal,

    /// <summary>A cell between start and goal on the path of an answer, 'o'.</summary>
    Path,
}

/// <summary>The character and the name of each cell.</summary>
internal static class MazeSymbols
{
    /// <summary>The number of cell values, padding included.</summary>
    public const int Count = 6;

    private const string Symbols = "?# SGo";

    public static char Of(MazeCell cell) => Symbols[(int)cell];

    public static string Format(MazeCell[] cells) => new(Array.ConvertAll(cells, Of));

    public static string NameOf(MazeCell cell) => cell switch
    {
        MazeCell.Padding => "padding",
        MazeCell.Wall => "a wall",
        MazeCell.Free => "a free cell",
        MazeCell.Start => "the start",
        MazeCell.Goal => "the goal",
        _ => "a path",
    };

    /// <summary>Reads one character per cell.</summary>
    /// <param name="text">The characters, row by row.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="highest">The last cell value that is allowed; padding never is.</param>
    /// <exception cref="PuzzleFormatException">The length or a character is not valid; the message names the position.</exception>
    public static MazeCell[] Parse(ReadOnlySpan<char> text, MazeShape shape, MazeCell highest)
    {
        if (text.Length != shape.Cells)
        {
            throw new PuzzleFormatException(FormattableString.Invariant($"expected {shape.Cells} characters ({shape}), got {text.Length}"));
        }

        var cells = new MazeCell[text.Length];
        for (var cell = 0; cell < cells.Length; cell++)
        {
            var value = Symbols.IndexOf(text[cell], StringComparison.Ordinal);
            if (value < (int)MazeCell.Wall || value > (int)highest)
            {
                throw new PuzzleFormatException(FormattableString.Invariant(
                    $"expected one of '{Symbols[1..((int)highest + 1)]}' at character {cell + 1} ({shape.NameOf(cell)}), got {Show(text[cell])}"));
            }

            cells[cell] = (MazeCell)value;
        }

        return cells;
    }

    /// <summary>The index of the only cell with a value.</summary>
    /// <exception cref="PuzzleFormatException">There is not exactly one; the message names the cells.</exception>
    public static int Only(MazeCell value, ReadOnlySpan<MazeCell> cells, MazeShape shape)
    {
        var first = cells.IndexOf(value);
        if (first < 0)
        {
            throw new PuzzleFormatException($"expected one '{Of(value)}', got none");
        }

        var second = cells[(first + 1)..].IndexOf(value);
        return second < 0
            ? first
            : throw new PuzzleFormatException(
                $"expected one '{Of(value)}', got a second one in {shape.NameOf(first + 1 + second)}, after {shape.NameOf(first)}");
    }

    private static string Show(char symbol) =>
        char.IsControl(symbol) || char.IsSurrogate(symbol) ? FormattableString.Invariant($"U+{(int)symbol:X4}") : $"'{symbol}'";
}
