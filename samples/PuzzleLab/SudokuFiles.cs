using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.Samples.PuzzleLab;

/// <summary>Puzzles from CSV files.</summary>
internal static class SudokuFiles
{
    /// <summary>Reads files; an item may name several, separated by commas.</summary>
    public static IReadOnlyList<SudokuPuzzle> Read(IEnumerable<string> items, SudokuShape shape)
    {
        var files = Split(items);
        return files.Length > 0
            ? [.. files.SelectMany(file => SudokuCsv.ReadAll(file, shape))]
            : throw new LabException("expected at least one CSV file, got none.");
    }

    /// <summary>The files that items name.</summary>
    public static string[] Split(IEnumerable<string> items)
        => [.. items.SelectMany(item => item.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    public static InMemoryPuzzleDataset ToDataset(IEnumerable<SudokuPuzzle> puzzles, SudokuShape shape)
    {
        var encoding = new SudokuEncoding(shape);
        return new InMemoryPuzzleDataset(puzzles.Select(encoding.ToExample), encoding.VocabularySize);
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
