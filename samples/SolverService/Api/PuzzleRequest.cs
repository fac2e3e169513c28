using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Hrm.Samples.SolverService;

/// <summary>A puzzle to solve.</summary>
/// <param name="Puzzle">A character a cell, row by row.</param>
internal sealed record PuzzleRequest(
    [property: Required]
    [property: Description("A character a cell, row by row. Sudoku: '.' or '0' for a blank, 1 to 9, A to G. Maze: '#' wall, ' ' free, 'S' start, 'G' goal.")]
    string Puzzle = "");
