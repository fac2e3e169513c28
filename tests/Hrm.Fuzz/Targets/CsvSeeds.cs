using Hrm.Core;
using Hrm.Puzzles;
using Hrm.TestKit;

namespace Hrm.Fuzz.Targets;

/// <summary>Puzzles as the library writes them.</summary>
internal static class CsvSeeds
{
    public const string Name = "puzzles.csv";

    public static FuzzSeed Sudokus()
    {
        using var folder = new TemporaryFolder();
        SudokuCsv.Write(folder[Name], new SudokuGenerator(SudokuShape.Four, new StatefulRandom(1)).NextDistinctPuzzles(4, 6));
        return FuzzSeed.OfFolder(folder.Path);
    }

    public static FuzzSeed Mazes(int rows, int columns)
    {
        using var folder = new TemporaryFolder();
        MazeCsv.Write(folder[Name], new MazeGenerator(new MazeShape(rows, columns), 6, new StatefulRandom(1)).Generate(3));
        return FuzzSeed.OfFolder(folder.Path);
    }
}
