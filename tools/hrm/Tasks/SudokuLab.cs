using System.Collections.Concurrent;
using Hrm.Core;
using Hrm.Puzzles;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Sudoku: from a dataset, or from CSV files.</summary>
internal sealed class SudokuLab : LabTask
{
    // Made once: a shape knows which cells see each other, a canonical form all orders of rows.
    private static readonly ConcurrentDictionary<int, SudokuShape> Shapes = new();

    private readonly ConcurrentDictionary<SudokuShape, SudokuCanonicalForm> _canonicalForms = new();

    public override string Name => "sudoku";

    public override string Puzzles => "Sudoku puzzles";

    public override IReadOnlyList<string> Presets => SudokuPresets.Names;

    public override LabSettings CreateSettings(string preset, PuzzleSize size, LabData data)
        => SudokuPresets.Create(preset, size, isDataset: data.Folder.Length > 0) ?? throw NoPreset(preset);

    public override IExampleAugmentation? CreateAugmentation(LabSettings settings, PuzzleSize size) => new SudokuTask(ShapeOf(size.SequenceLength), settings.Augmentation);

    public override IEnumerable<string> FindFaults(LabSettings settings) => [];

    public override LabDataset OpenTraining(LabData data)
        => data.Folder.Length > 0 ? base.OpenTraining(data) : SudokuFiles.Open(data.Train, data.Side, "--train");

    public override LabDataset OpenTest(LabData data)
        => data.Folder.Length > 0 ? base.OpenTest(data) : SudokuFiles.Open(data.Test, data.Side, "--test");

    public override TaskReport CreateReport(LabDataset test) => new SudokuReport(test);

    public override string? FindFault(LabDataset dataset, string split, int example)
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

    public override PuzzleView View(LabDataset dataset, int example)
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
