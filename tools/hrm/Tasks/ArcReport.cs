using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

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

    public override void Add(EvaluatedExample example)
    {
        _vote.Add(IdentifierOf(example.PuzzleId), example.Inputs, example.Answer, example.Segments[^1].QHalt);

        // A test pair whose output is not told is neither right nor wrong.
        if (test.Read(example.Example).Labels.Any(label => label != PuzzleBatch.IgnoredLabel))
        {
            _table.Add(example, CategoriesOf(example.Example, example.Inputs));
        }
    }

    public override void Write(IAnsiConsole console)
    {
        if (!_table.IsEmpty)
        {
            _table.Write(console);
        }

        var result = _vote.Rank();
        var known = result.Tasks.Count(task => task.Task.HasAnswers);
        if (known < result.Tasks.Count)
        {
            console.WriteLine($"{result.Tasks.Count - known} of {result.Tasks.Count} tasks have no known outputs and are not scored");
        }

        if (known == 0)
        {
            return;
        }

        var table = new Table().RoundedBorder().AddColumn("attempts");
        foreach (var name in new[] { "tasks solved", "%", "ARC Prize score, %" })
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (var attempts in Attempts)
        {
            table.AddRow(
                $"{attempts}", $"{result.Tasks.Count(task => task.IsSolved(attempts))} of {known}", $"{result.PassPercent(attempts):F1}", $"{result.ScorePercent(attempts):F1}");
        }

        console.Write(table);
    }

    /// <summary>Writes two answers to each test input, as the competition takes them.</summary>
    public void WriteSubmission(string path) => ArcSubmission.Write(path, _vote.Rank());

    private string IdentifierOf(int puzzleId) => puzzleId < test.Identifiers.Count ? test.Identifiers[puzzleId] : ArcPuzzleId.Blank;
}
