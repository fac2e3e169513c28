using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Maze answers: exact, and what the exact match does not see: a shortest path is often one of many.</summary>
internal sealed class MazeReport(LabDataset test) : TaskReport
{
    private readonly MazeTask _task = new(MazeShape.OfCells(test.Examples.SequenceLength));
    private readonly CategoryTable _table = new();
    private int _count;
    private int _valid;
    private int _shortest;

    public override IReadOnlyList<string> CategoriesOf(int example, int[] inputs) => [LengthOf(example)];

    public override void Add(EvaluatedExample example)
    {
        var question = _task.DecodeQuestion(example.Inputs);
        var fault = MazeChecker.FindFault(question, _task.Decode(example.Answer));
        _count++;
        _valid += fault is null or { IsPath: true } ? 1 : 0;
        _shortest += fault is null ? 1 : 0;
        _table.Add(example, CategoriesOf(example.Example, example.Inputs));
    }

    public override void Write(IAnsiConsole console)
    {
        _table.Write(console);
        console.WriteLine($"a path from start to goal: {_valid} of {_count}, {(double)_valid / _count:P1}; a shortest one: {_shortest}, {(double)_shortest / _count:P1}");
    }

    private string LengthOf(int example)
    {
        const int Band = 10;
        var first = _task.Decode(test.Read(example).Labels).PathCells / Band * Band;
        return $"path of {first,3}-{first + Band - 1} cells";
    }
}
