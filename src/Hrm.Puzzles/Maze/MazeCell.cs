namespace Hrm.Puzzles;

/// <summary>Content of a cell of a maze or of its answer. The values are the authors' tokens.</summary>
public enum MazeCell : byte
{
    /// <summary>The token of padding; only a prediction can contain it; printed '?'.</summary>
    Padding,

    /// <summary>A wall, '#'.</summary>
    Wall,

    /// <summary>A free cell, ' '.</summary>
    Free,

    /// <summary>The start, 'S'.</summary>
    Start,

    /// <summary>The goal, 'G'.</summary>
    Goal,

    /// <summary>A cell between start and goal on the path of an answer, 'o'.</summary>
    Path,
}

/// <summary>Characters and names of cells.</summary>
internal static class MazeCells
{
    /// <summary>The characters by cell.</summary>
    public const string Symbols = "?# SGo";

    /// <summary>Reads a character; returns false for an unknown one and for '?', because text contains no padding.</summary>
    public static bool TryParse(char symbol, out MazeCell cell)
    {
        cell = (MazeCell)Math.Max(0, Symbols.IndexOf(symbol, StringComparison.Ordinal));
        return cell != MazeCell.Padding;
    }

    public static string NameOf(MazeCell cell) => cell switch
    {
        MazeCell.Padding => "padding",
        MazeCell.Wall => "a wall",
        MazeCell.Free => "a free cell",
        MazeCell.Start => "the start",
        MazeCell.Goal => "the goal",
        _ => "a path",
    };
}
