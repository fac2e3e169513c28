using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Tool.Tests;

/// <summary>A training on a few 4×4 Sudokus that prints nothing.</summary>
internal static class TinyRun
{
    private static readonly SudokuTask Sudoku = new(SudokuShape.Four);

    public static HrmConfig Model => HrmPresets.Tiny(Sudoku.SequenceLength, Sudoku.VocabularySize);

    public static TrainingSession Create(RunSettings settings, string folder)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) });
        return new TrainingSession(settings, Puzzles(8), Puzzles(2), new RunFolder(folder), torch.CPU, console);
    }

    private static NamedDataset Puzzles(int count)
    {
        var puzzles = new SudokuGenerator(SudokuShape.Four, new StatefulRandom(1)).NextDistinctPuzzles(count, 8);
        return new NamedDataset(new InMemoryPuzzleDataset(puzzles.Select(Sudoku.ToExample), Sudoku.VocabularySize), [], []);
    }
}
