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

    public override void Add(ExamplePrediction prediction)
    {
        var identifier = prediction.PuzzleId < test.Identifiers.Count ? test.Identifiers[prediction.PuzzleId] : ArcPuzzleId.Blank;
        _vote.Add(identifier, prediction.Inputs, prediction.Tokens, prediction.Result.QHalt);
        var isOriginal = ArcPuzzleId.TryParse(identifier, out var id) && id.Augmentation.IsIdentity;
        _table.Add(prediction.Result, isOriginal ? "as they are" : "augmented");
    }

    public override void Write(IAnsiConsole console)
    {
        _table.Write(console);
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
}
