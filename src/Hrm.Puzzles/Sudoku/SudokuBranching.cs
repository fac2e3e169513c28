namespace Hrm.Puzzles;

/// <summary>Which of the cells with the fewest candidates a search branches on.</summary>
internal enum SudokuBranching
{
    /// <summary>The one that shares its candidates with the most peers: the smallest trees.</summary>
    WidestCell,

    /// <summary>The first one, for an order of solutions that people can follow and that seeds rely on.</summary>
    FirstCell,
}
