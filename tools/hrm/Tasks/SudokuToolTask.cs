using System.Collections.Concurrent;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Sudoku: from a dataset, or from CSV files.</summary>
internal sealed class SudokuToolTask : ToolTask
{
    // Made once: a shape knows which cells see each other, a canonical form all orders of rows.
    private static readonly ConcurrentDictionary<int, SudokuShape> Shapes = new();

    private readonly ConcurrentDictionary<SudokuShape, SudokuCanonicalForm> _canonicalForms = new();

    public override string Name => "sudoku";

    public override string Puzzles => "Sudoku puzzles";

    public override IReadOnlyList<string> Presets => SudokuPresets.Names;

    public override RunSettings CreateSettings(string preset, PuzzleSize size, RunData data)
        => SudokuPresets.Create(preset, size, isDataset: data.Folder.Length > 0) ?? throw NoPreset(preset);

    public override IExampleAugmentation? CreateAugmentation(RunSettings settings, PuzzleSize size) => new SudokuTask(ShapeOf(size.SequenceLength), settings.Augmentation);

    public override IEnumerable<string> FindFaults(RunSettings settings) => [];

    public override NamedDataset OpenTraining(RunData data)
        => data.Folder.Length > 0 ? base.OpenTraining(data) : SudokuFiles.Open(data.Train, data.Side, "--train");

    public override NamedDataset OpenTest(RunData data)
        => data.Folder.Length > 0 ? base.OpenTest(data) : SudokuFiles.Open(data.Test, data.Side, "--test");

    public override TaskReport CreateReport(NamedDataset test) => new SudokuReport(test);

    public override string? FindFault(NamedDataset dataset, string split, int example)
    {
        var (inputs, labels) = dataset.Read(example);
        var task = new SudokuTask(ShapeOf(inputs.Length));
        try
        {
            var question = task.DecodeExample(inputs);
            return (question.FindConflict() ?? question.FindFault(task.DecodeExample(labels)))?.Message;
        }
        catch (PuzzleFormatException error)
        {
            return error.Message;
        }
    }

    public override object? CanonicalFormOf(int[] inputs, int[] labels)
    {
        var shape = ShapeOf(labels.Length);
        if (shape.Side > SudokuCanonicalForm.MaximumSide)
        {
            throw new LabException($"--disjoint: expected a side of at most {SudokuCanonicalForm.MaximumSide}, got {shape.Side}.");
        }

        return _canonicalForms.GetOrAdd(shape, of => new SudokuCanonicalForm(of)).Of(new SudokuTask(shape).DecodeExample(labels));
    }

    public override ISymmetricTask CreateSymmetricTask(PuzzleSize size) => new SudokuTask(ShapeOf(size.SequenceLength));

    public override PuzzleView View(NamedDataset dataset, int example)
    {
        var (inputs, labels) = dataset.Read(example);
        var task = new SudokuTask(ShapeOf(inputs.Length));
        var question = task.Decode(inputs);
        var title = string.Join(", ", new[] { $"example {example}", $"{question.GivenCount} givens", dataset.SourceOf(example) }.Where(part => part.Length > 0));
        return new PuzzleView(title, [View("question", question, question), View("answer", task.Decode(labels), question)]);
    }

    public override GridView? ViewAnswer(string title, int[] inputs, int[] labels, int[] answer)
    {
        var task = new SudokuTask(ShapeOf(inputs.Length));
        var (question, solution, grid) = (task.Decode(inputs), task.Decode(labels), task.Decode(answer));
        var shape = grid.Shape;
        var cells = Enumerable.Range(0, shape.Cells).Select(cell =>
        {
            var symbol = grid[cell] == 0 ? " " : shape.SymbolOf(grid[cell]).ToString();
            return grid[cell] != solution[cell] ? CellView.Wrong(symbol)
                : new CellView(symbol, question[cell] != 0 ? Color.Default : Color.Green);
        });
        return new GridView(title, shape.Side, [.. cells], shape.BoxRows, shape.BoxColumns);
    }

    private static GridView View(string title, SudokuGrid grid, SudokuGrid question)
    {
        var shape = grid.Shape;
        var cells = Enumerable.Range(0, shape.Cells).Select(cell => new CellView(
            grid[cell] == 0 ? " " : shape.SymbolOf(grid[cell]).ToString(),
            question[cell] != 0 ? Color.Default : Color.Green));
        return new GridView(title, shape.Side, [.. cells], shape.BoxRows, shape.BoxColumns);
    }

    internal static SudokuShape ShapeOf(int cells)
    {
        var side = (int)Math.Round(Math.Sqrt(cells));
        return side * side == cells ? Shapes.GetOrAdd(side, SudokuFiles.ShapeOf) : throw new LabException($"--data: expected the square of a side, got {cells} tokens a puzzle.");
    }
}

/// <summary>The presets of the Sudoku task.</summary>
internal static class SudokuPresets
{
    public static IReadOnlyList<string> Names { get; } = ["small", "tiny", "sudoku-extreme", "sudoku-extreme-full"];

    /// <summary>The settings of a preset, or <see langword="null"/> where there is none of that name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="size">The size of the puzzles.</param>
    /// <param name="isDataset">
    /// Whether the puzzles come from a dataset, which holds as many variants as it was built with, as in the paper. Those of CSV
    /// files are varied when they are drawn.
    /// </param>
    public static RunSettings? Create(string name, PuzzleSize size, bool isDataset) => name switch
    {
        // Three rows in four get up to half of their blanks filled in, so that hard puzzles teach something from the start.
        "small" => new RunSettings
        {
            Model = HrmPresets.Small(size.SequenceLength, size.VocabularySize),
            Trainer = TrainerPresets.Small(),
            Augmentation = { HintProbability = 0.75 },
        },
        "tiny" => new RunSettings
        {
            Model = HrmPresets.Tiny(size.SequenceLength, size.VocabularySize),
            Trainer = TrainerPresets.Tiny(),
        },
        "sudoku-extreme" => new RunSettings
        {
            Model = size.Fit(HrmPresets.SudokuExtreme),
            Trainer = TrainerPresets.SudokuExtreme(),
            Augmentation = { Symmetries = !isDataset },
        },
        "sudoku-extreme-full" => new RunSettings
        {
            Model = size.Fit(HrmPresets.SudokuExtremeFull),
            Trainer = TrainerPresets.SudokuExtremeFull(),
            Augmentation = { Symmetries = !isDataset },
        },
        _ => null,
    };
}

/// <summary>Puzzles from CSV files.</summary>
internal static class SudokuFiles
{
    /// <summary>Reads files.</summary>
    public static NamedDataset Open(IReadOnlyList<string> files, int side, string option)
    {
        if (files.Count == 0)
        {
            throw new LabException($"{option}: expected at least one CSV file, got none.");
        }

        var shape = ShapeOf(side);
        var task = new SudokuTask(shape);
        var puzzles = files.SelectMany(file => SudokuCsv.Read(file, shape)).ToArray();
        return new NamedDataset(
            new InMemoryPuzzleDataset(puzzles.Select(task.ToExample), task.VocabularySize),
            [],
            [.. puzzles.Select(puzzle => puzzle.Source)]);
    }

    public static SudokuShape ShapeOf(int side)
    {
        try
        {
            return SudokuShape.OfSide(side);
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new LabException($"--side: {error.Message}");
        }
    }
}

/// <summary>Sudoku answers by source list and by number of givens.</summary>
internal sealed class SudokuReport(NamedDataset test) : TaskReport
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
