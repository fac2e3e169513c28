using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Square mazes.</summary>
internal sealed class MazeToolTask : ToolTask
{
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
        var task = new MazeTask(MazeShape.OfCells(inputs.Length));
        var answer = task.Decode(labels);
        return new PuzzleView($"example {example}, a path of {answer.PathCells} cells", [View("question", task.Decode(inputs)), View("answer", answer)]);
    }

    public override IEnumerable<string> ReadQuestions(Stream stream, string name, ISymmetricTask task, Action<HrmFormatException>? skipped)
        => MazeCsv.ReadQuestions(stream, name, ((MazeTask)task).Shape, skipped).Select(question => question.ToString());

    public override int[]? FindSolution(int[] inputs, CancellationToken cancellationToken)
    {
        var task = new MazeTask(MazeShape.OfCells(inputs.Length));
        return task.DecodeQuestion(inputs).FindShortestPath() is { } path ? task.Encode(path) : null;
    }

    public override GridView? ViewAnswer(string title, int[] inputs, int[]? labels, int[] answer)
    {
        var task = new MazeTask(MazeShape.OfCells(inputs.Length));
        return View(title, task.Decode(answer), labels is null ? null : task.Decode(labels));
    }

    private static GridView View(string title, MazeGrid maze, MazeGrid? solution = null)
    {
        var cells = Enumerable.Range(0, maze.Shape.Cells).Select(cell => maze[cell] switch
        {
            var given when solution is not null && given != solution[cell] => CellView.Wrong(given == MazeCell.Path ? "•" : "?"),
            MazeCell.Path => new CellView("•", solution is null ? Color.Blue : Color.Green),

            // A wall has the colour of its background, so it is visible without colours too.
            MazeCell.Wall => new CellView("#", Color.Grey, Color.Grey),
            MazeCell.Start => new CellView("S", Color.White, Color.Green),
            MazeCell.Goal => new CellView("G", Color.White, Color.Red),
            _ => new CellView(" ", Color.Default),
        });
        return new GridView(title, maze.Shape.Columns, [.. cells]);
    }

    private static TrainerOptions Small()
    {
        // A 30×30 maze has eleven times the tokens of a Sudoku.
        var options = TrainerPresets.Small();
        options.GlobalBatchSize = 16;
        return options;
    }
}

/// <summary>Reports maze answers per length of the path, and how many are any path or any shortest path: there are often several.</summary>
internal sealed class MazeReport(NamedDataset test) : TaskReport
{
    private readonly MazeTask _task = new(MazeShape.OfCells(test.Examples.SequenceLength));
    private int _count;
    private int _valid;
    private int _shortest;

    public override IReadOnlyList<string> Kinds { get; } = ["path"];

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

    public override JsonObject ToJson()
    {
        var json = base.ToJson();
        (json["paths"], json["shortest_paths"]) = (_valid, _shortest);
        return json;
    }

    private string LengthOf(int example)
    {
        const int Band = 10;
        var first = _task.Decode(test.Read(example).Labels).PathCells / Band * Band;
        return $"path of {first,3}-{first + Band - 1} cells";
    }
}
