using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Samples.PuzzleLab;

/// <summary>ARC answers: the augmented variants of a task vote, and a task is solved when each of its test inputs is.</summary>
internal sealed class ArcReport(LabDataset test) : TaskReport
{
    private static readonly int[] Attempts = [1, 2, 5, 10, 100, 1000];

    private readonly ArcVote _vote = new(ArcTasks.Of(test));
    private readonly CategoryTable _table = new();

    public override IReadOnlyList<string> CategoriesOf(int example, int[] inputs)
    {
        var isOriginal = ArcPuzzleId.TryParse(IdentifierOf(test.Examples.PuzzleIds[test.PuzzleOf(example)]), out var id) && id.Augmentation.IsIdentity;
        return [isOriginal ? "as they are" : "augmented"];
    }

    public override void Add(ExamplePrediction prediction)
    {
        _vote.Add(IdentifierOf(prediction.PuzzleId), prediction.Inputs, prediction.Tokens, prediction.Result.QHalt);

        // A test pair whose output is not told is neither right nor wrong.
        if (test.Read(prediction.Example).Labels.Any(label => label != PuzzleBatch.IgnoredLabel))
        {
            _table.Add(prediction.Result, CategoriesOf(prediction.Example, prediction.Inputs));
        }
    }

    public override void Write(IAnsiConsole console)
    {
        if (!_table.IsEmpty)
        {
            _table.Write(console);
        }

        var result = _vote.Rank();
        var table = new Table().RoundedBorder().AddColumn("attempts").AddColumn(new TableColumn("tasks solved").RightAligned()).AddColumn(new TableColumn("%").RightAligned());
        foreach (var attempts in Attempts)
        {
            table.AddRow($"{attempts}", $"{result.Tasks.Count(task => task.IsSolved(attempts))} of {result.Tasks.Count}", $"{result.PassPercent(attempts):F1}");
        }

        console.Write(table);
    }

    /// <summary>Writes two answers to each test input, as the competition takes them.</summary>
    public void WriteSubmission(string path) => ArcSubmission.Write(path, _vote.Rank());

    private string IdentifierOf(int puzzleId) => puzzleId < test.Identifiers.Count ? test.Identifiers[puzzleId] : ArcPuzzleId.Blank;
}
