namespace Hrm.Puzzles;

/// <summary>What a cell of a printed board is, beside the maze that it belongs to.</summary>
public enum MazeCellKind
{
    /// <summary>A wall of the maze.</summary>
    Wall,

    /// <summary>A cell that can be walked on, without path.</summary>
    Free,

    /// <summary>The start.</summary>
    Start,

    /// <summary>The goal.</summary>
    Goal,

    /// <summary>A cell of path, without an answer to compare it with.</summary>
    Path,

    /// <summary>A cell of path that is path in the answer too.</summary>
    Right,

    /// <summary>A cell of path that is none in the answer, or a cell that is not what the maze has there.</summary>
    Wrong,
}
