using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Tool;

/// <summary>Square mazes.</summary>
internal sealed class MazeToolTask : ToolTask
{
    private const int DefaultPathSides = 3;
    private const long GeneratorSeed = 1;

    public override string Name => "maze";

    public override string Puzzles => "mazes";

    public override IReadOnlyList<string> Presets { get; } = ["convolution", "small", "maze-hard"];

    public override RunSettings CreateSettings(string preset, PuzzleSize size, RunData data) => preset switch
    {
        "convolution" => new RunSettings
        {
            Model = HrmPresets.Small(size.SequenceLength, size.VocabularySize) with
            {
                Mixing = TokenMixing.Convolution,
                TokenMixerInnerWidth = null,
                HiddenSize = 64,
                SwiGluInnerWidth = 64,
                LowCycles = 4,
                ForwardDtype = torch.ScalarType.Float32,
            },
            Trainer = Convolution(),
            EvaluationBatchSize = 50,
        },
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
        => settings.Augmentation.Symmetries && settings.Data.Generated == 0 ? new MazeTask(MazeShape.OfCells(size.SequenceLength)) : null;

    public override IEnumerable<string> FindFaults(RunSettings settings)
    {
        if (settings.Augmentation.HintProbability > 0)
        {
            yield return $"Augmentation:HintProbability: expected 0, as mazes have no hints, got {settings.Augmentation.HintProbability}";
        }
    }

    public override NamedDataset OpenTraining(RunData data, CancellationToken cancellationToken = default)
    {
        if (data.Generated == 0)
        {
            return data.Folder.Length > 0 ? base.OpenTraining(data, cancellationToken) : ReadFiles(data.Train, data, "--train", cancellationToken);
        }

        using var test = OpenTest(data, cancellationToken);
        var task = new MazeTask(MazeShape.OfCells(test.Examples.SequenceLength));
        var longest = data.MaxPath > 0 ? data.MaxPath : Math.Max(data.MinPath, DefaultPathSides * task.Shape.Rows);
        if (longest > task.Shape.Cells)
        {
            throw new UsageException($"--max-path: expected at most {task.Shape.Cells}, the number of cells, got {longest}.");
        }

        var generator = new MazeLengthGenerator(task.Shape, data.MinPath, longest);
        return new NamedDataset(new GeneratedPuzzleDataset(data.Generated, task, random => task.ToExample(generator.Draw(random)), GeneratorSeed), [], []);
    }

    public override NamedDataset OpenTest(RunData data, CancellationToken cancellationToken = default)
        => data.Folder.Length > 0 ? base.OpenTest(data, cancellationToken) : ReadFiles(data.Test, data, "--test", cancellationToken);

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

    private static NamedDataset ReadFiles(string[] files, RunData data, string option, CancellationToken cancellationToken)
        => NamedDataset.Read(
            files,
            option,
            new MazeTask(MazeShape.Square(2)).VocabularySize,
            (file, skipped) => MazeCsv.Read(file, skipped: skipped).Select(puzzle => (puzzle.Source, new MazeTask(puzzle.Shape).ToExample(puzzle))),
            data.SkipBad,
            cancellationToken);

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

    private static TrainerOptions Convolution()
    {
        var options = Small();
        (options.MinLearningRateRatio, options.EmaDecay) = (0.01, 0.99);

        // Q is read from one cell, which early on says the same of every maze: without exploration all halt before news of the goal arrives.
        options.Halting = new HaltingOptions { MaxSegments = 32, ExplorationProbability = 1, Rule = HaltingRule.HaltPositive };
        return options;
    }

    private static TrainerOptions Small()
    {
        // A 30×30 maze has eleven times the tokens of a Sudoku.
        var options = TrainerPresets.Small();
        options.GlobalBatchSize = 16;
        return options;
    }
}

/// <summary>Reports maze answers per file, source and length of the path, and how many are any path or any shortest path: there are often several.</summary>
internal sealed class MazeReport(NamedDataset test) : TaskReport
{
    private readonly MazeTask _task = new(MazeShape.OfCells(test.Examples.SequenceLength));

    public override IReadOnlyList<string> Kinds { get; } = [FileKind, "source", "path"];

    protected override IReadOnlyList<string> Checks { get; } = ["paths", "shortest_paths"];

    public override IReadOnlyList<string> CategoriesOf(int example, int[] inputs) => [test.FileOf(example), test.SourceOf(example), LengthOf(example)];

    protected override IReadOnlyList<bool> Check(int[] inputs, int[] answer)
    {
        var (question, path) = (_task.DecodeQuestion(inputs), _task.Decode(answer));
        return [question.IsPath(path), question.IsSolvedBy(path)];
    }

    private string LengthOf(int example)
    {
        const int Band = 10;
        var first = _task.Decode(test.Read(example).Labels).PathCells / Band * Band;
        return $"path of {first,3}-{first + Band - 1} cells";
    }
}
