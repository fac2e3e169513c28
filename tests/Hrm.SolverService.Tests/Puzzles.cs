namespace Hrm.SolverService.Tests;

/// <summary>Puzzles to send.</summary>
internal static class Puzzles
{
    public const string Sudoku = "9.....7......4..9..1...6..3............6.2..5....7.48..36..1..28.9.......5.3.....";

    /// <summary>5×5.</summary>
    public const string FiveMaze = "S #  " + "  # #" + "     " + "## # " + "  # G";
}
