namespace Hrm.Puzzles;

/// <summary>What a cell of a maze or of its answer holds. The values are the authors' tokens.</summary>
public enum MazeCell : byte
{
    /// <summary>Nothing of a maze: the token of padding. Only a prediction can hold it; printed '?'.</summary>
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
