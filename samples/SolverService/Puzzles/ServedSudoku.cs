using Hrm.Core;
using Hrm.Puzzles;

namespace Hrm.Samples.SolverService;

/// <summary>Sudokus of one shape.</summary>
internal sealed class ServedSudoku : IServedPuzzle
{
    private const int ExampleCount = 5;

    /// <summary>Larger ones take the generator too long.</summary>
    private const int LargestExample = 9;

    private readonly SudokuTask _task;

    public ServedSudoku(SudokuShape shape)
    {
        _task = new SudokuTask(shape);
        Symbols = string.Concat(Enumerable.Range(0, shape.Side + 1).Select(shape.SymbolOf));
        Examples = shape.Side > LargestExample
            ? []
            : [.. new SudokuGenerator(shape, new StatefulRandom(1)).NextDistinctPuzzles(ExampleCount, shape.Cells * 2 / 5).Select(puzzle => puzzle.Question.ToString())];
    }

    public string Kind => "sudoku";

    public int Side => _task.Shape.Side;

    public int BoxRows => _task.Shape.BoxRows;

    public string Symbols { get; }

    public IReadOnlyList<string> Examples { get; }

    public int[] Encode(string text)
    {
        try
        {
            var grid = SudokuGrid.Parse(text, _task.Shape);
            return grid.FindConflict() is { } fault
                ? throw new InvalidPuzzleException(fault.Message, [fault.Cell, fault.OtherCell!.Value])
                : _task.Encode(grid);
        }
        catch (PuzzleFormatException error)
        {
            throw new InvalidPuzzleException(error.Problem, [], error);
        }
    }

    public string Decode(int[] prediction) => _task.Decode(prediction).ToString();

    public bool IsSolution(int[] inputs, int[] prediction) => _task.IsSolution(inputs, prediction);

    public override string ToString() => $"Sudokus of {_task.Shape}";
}
