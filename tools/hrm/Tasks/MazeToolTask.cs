using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Square mazes.</summary>
internal sealed class MazeToolTask : ToolTask
{
    private static readonly Color WallColour = Color.Grey;

    public override string Name => "maze";

    public override string Puzzles => "mazes";

    public override IReadOnlyList<string> Presets { get; } = ["small", "maze-hard"];

    public override RunSettings CreateSettings(string preset, PuzzleSize size, RunData data) => preset switch
    {
        "small" => new RunSettings
        {
            Model = HrmPresets.Small(size.SequenceLength, size.VocabularySize),
            Trainer = Small(),
            EvaluationBatchSize = 50,
        },

        // As in the paper: no augmentation.
        "maze-hard" => new RunSettings
        {
            Model = size.Fit(HrmPresets.MazeHard),
            Trainer = TrainerPresets.MazeHard(),
            Augmentation = { Symmetries = false },
            EvaluationBatchSize = 50,
        },
        _ => throw NoPreset(preset),
    };

    public override IExampleAugmentation? CreateAugmentation(RunSettings settings, PuzzleSize size)
        => settings.Augmentation.Symmetries ? new MazeTask(MazeShape.OfCells(size.SequenceLength)) : null;

    public override IEnumerable<string> FindFaults(RunSettings settings)
    {
        if (settings.Augmentation.HintProbability > 0)
        {
            yield return $"Augmentation:HintProbability: expected 0, as mazes have no hints, got {settings.Augmentation.HintProbability}";
        }
    }

    public override TaskReport CreateReport(NamedDataset test) => new MazeReport(test);

    public override string? FindFault(NamedDataset dataset, string split, int example)
    {
        var (inputs, labels) = dataset.Read(example);
        var task = new MazeTask(MazeShape.OfCells(inputs.Length));
        return task.DecodeQuestion(inputs).FindFault(task.Decode(labels))?.Message;
    }

    public override object? CanonicalFormOf(int[] inputs, int[] labels)
        => new MazeTask(MazeShape.OfCells(inputs.Length)).DecodeQuestion(inputs).CanonicalLayout();

    public override ISymmetricTask CreateSymmetricTask(PuzzleSize size) => new MazeTask(MazeShape.OfCells(size.SequenceLength));

    public override PuzzleView View(NamedDataset dataset, int example)
    {
        var (inputs, labels) = dataset.Read(example);
        var task = new MazeTask(MazeShape.OfCells(inputs.Length), symmetries: false);
        var question = task.DecodeQuestion(inputs);
        var answer = task.Decode(labels);
        return new PuzzleView(
            $"example {example}, a path of {answer.PathCells} cells",
            [View("question", task.Decode(inputs), question), View("answer", answer, question)]);
    }

    public override GridView? ViewAnswer(string title, int[] inputs, int[] labels, int[] answer)
    {
        var task = new MazeTask(MazeShape.OfCells(inputs.Length), symmetries: false);
        var (solution, own) = (task.Decode(labels), task.Decode(answer));
        var view = View(title, own, task.DecodeQuestion(inputs), solution);
        return view with
        {
            // The board shows what the answer has; here also what it lacks.
            Cells = [.. view.Cells.Select((cell, place) => own[place] == solution[place] ? cell : CellView.Wrong(own[place] == MazeCell.Path ? "•" : "?"))],
        };
    }

    private static GridView View(string title, MazeGrid answer, MazeGrid question, MazeGrid? expected = null)
    {
        var cells = Enumerable.Range(0, question.Shape.Cells).Select(cell => (answer[cell], question[cell]) switch
        {
            (MazeCell.Path, MazeCell.Free) when expected is null => new CellView("•", Color.Blue),
            (MazeCell.Path, MazeCell.Free) when expected[cell] == MazeCell.Path => new CellView("•", Color.Green),
            (MazeCell.Path, _) => new CellView("?", Color.Red),
            var (actual, given) when actual != given => new CellView("?", Color.Red),

            // A wall has the colour of its background, so it is visible without colours too.
            (MazeCell.Wall, _) => new CellView("#", WallColour, WallColour),
            (MazeCell.Start, _) => new CellView("S", Color.White, Color.Green),
            (MazeCell.Goal, _) => new CellView("G", Color.White, Color.Red),
            _ => new CellView(" ", Color.Default),
        });
        return new GridView(title, question.Shape.Columns, [.. cells]);
    }

    private static TrainerOptions Small()
    {
        // A 30×30 maze has eleven times the tokens of a Sudoku.
        var options = TrainerPresets.Small();
        options.GlobalBatchSize = 16;
        return options;
    }
}

/// <summary>Maze answers: exact, and what the exact match does not see: a shortest path is often one of many.</summary>
internal sealed class MazeReport(NamedDataset test) : TaskReport
{
    private readonly MazeTask _task = new(MazeShape.OfCells(test.Examples.SequenceLength));
    private int _count;
    private int _valid;
    private int _shortest;

    public override IReadOnlyList<string> CategoriesOf(int example, int[] inputs) => [LengthOf(example)];

    public override void Add(EvaluatedExample example)
    {
        var question = _task.DecodeQuestion(example.Inputs);
        var answer = _task.Decode(example.Answer);
        _count++;
        _valid += question.IsPath(answer) ? 1 : 0;
        _shortest += question.IsSolvedBy(answer) ? 1 : 0;
        base.Add(example);
    }

    public override void Write(IAnsiConsole console)
    {
        base.Write(console);
        console.WriteLine($"a path from start to goal: {_valid} of {_count}, {(double)_valid / _count:P1}; a shortest one: {_shortest}, {(double)_shortest / _count:P1}");
    }

    private string LengthOf(int example)
    {
        const int Band = 10;
        var first = _task.Decode(test.Read(example).Labels).PathCells / Band * Band;
        return $"path of {first,3}-{first + Band - 1} cells";
    }
}
