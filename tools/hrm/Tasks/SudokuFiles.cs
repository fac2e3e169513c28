using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.Tool;

/// <summary>Puzzles from CSV files.</summary>
internal static class SudokuFiles
{
    /// <summary>Reads files.</summary>
    public static LabDataset Open(IReadOnlyList<string> files, int side, string option)
    {
        if (files.Count == 0)
        {
            throw new LabException($"{option}: expected at least one CSV file, got none.");
        }

        var shape = ShapeOf(side);
        var task = new SudokuTask(shape);
        var puzzles = files.SelectMany(file => SudokuCsv.Read(file, shape)).ToArray();
        return new LabDataset(
            new InMemoryPuzzleDataset(puzzles.Select(task.ToExample), task.VocabularySize),
            [],
            [.. puzzles.Select(puzzle => puzzle.Source)]);
    }

    public static SudokuShape ShapeOf(int side)
    {
        try
        {
            return SudokuShape.OfSide(side);
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new LabException($"--side: {error.Message}");
        }
    }
}
