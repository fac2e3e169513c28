using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Sudoku answers by source list and by number of givens.</summary>
internal sealed class SudokuReport(LabDataset test) : TaskReport
{
    private readonly CategoryTable _table = new();

    public override IReadOnlyList<string> CategoriesOf(int example, int[] inputs) => [test.SourceOf(example), GivensOf(inputs)];

    public override void Add(EvaluatedExample example)
        => _table.Add(example, CategoriesOf(example.Example, example.Inputs));

    public override void Write(IAnsiConsole console) => _table.Write(console);

    private static string GivensOf(int[] inputs)
    {
        // Of a 9×9: 17, 18 to 23, 24 to 29, 30 to 36, more; of other sizes each number by itself.
        var givens = inputs.Count(token => token > SudokuTask.BlankToken);
        return inputs.Length != SudokuShape.Nine.Cells ? $"{givens,2} givens" : givens switch
        {
            <= 17 => "17 givens",
            <= 23 => "18-23 givens",
            <= 29 => "24-29 givens",
            <= 36 => "30-36 givens",
            _ => "37+ givens",
        };
    }
}
