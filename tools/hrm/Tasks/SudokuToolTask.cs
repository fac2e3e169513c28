using System.Collections.Concurrent;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;

namespace Hrm.Tool;

/// <summary>Sudoku: from a dataset, or from files of puzzles.</summary>
internal sealed class SudokuToolTask : ToolTask
{
    // Created once: a shape lists the peers of each cell, a canonical form all orders of rows.
    private static readonly ConcurrentDictionary<int, SudokuShape> Shapes = new();

    private readonly ConcurrentDictionary<SudokuShape, SudokuCanonicalForm> _canonicalForms = new();

    public override string Name => "sudoku";

    public override string Puzzles => "Sudoku puzzles";

    public override int PaperLength => 81;

    public override IReadOnlyList<string> Presets { get; } = ["small", "tiny", "sudoku-extreme", "sudoku-extreme-full"];

    public override RunSettings CreateSettings(string preset, PuzzleSize size, RunData data)
    {
        // As in the paper, a dataset holds the variants that it was built with; puzzles of files are varied when they are drawn.
        var isVaried = data.Folder.Length == 0;
        return preset switch
        {
            // Three rows in four get hints for up to half of their blanks, so that hard puzzles help from the start.
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
                Augmentation = { Symmetries = isVaried },
            },
            "sudoku-extreme-full" => new RunSettings
            {
                Model = size.Fit(HrmPresets.SudokuExtremeFull),
                Trainer = TrainerPresets.SudokuExtremeFull(),
                Augmentation = { Symmetries = isVaried },
            },
            _ => throw NoPreset(preset),
        };
    }

    public override IExampleAugmentation? CreateAugmentation(RunSettings settings, PuzzleSize size) => new SudokuTask(ShapeOf(size.SequenceLength), settings.Augmentation);

    public override NamedDataset OpenTraining(RunData data, CancellationToken cancellationToken = default)
        => data.Folder.Length > 0 ? base.OpenTraining(data, cancellationToken) : SudokuFiles.Open(data.Train, data, "--train", cancellationToken);

    public override NamedDataset OpenTest(RunData data, CancellationToken cancellationToken = default)
        => data.Folder.Length > 0 ? base.OpenTest(data, cancellationToken) : SudokuFiles.Open(data.Test, data, "--test", cancellationToken);

    public override TaskReport CreateReport(NamedDataset test) => new SudokuReport(test);

    public override string? FindFault(NamedDataset dataset, string split, int example)
    {
        var (inputs, labels) = dataset.Read(example);
        var task = new SudokuTask(ShapeOf(inputs.Length));
        var question = task.DecodeExample(inputs);
        return (question.FindConflict() ?? question.FindFault(task.DecodeExample(labels)))?.Message;
    }

    public override object? CanonicalFormOf(int[] inputs, int[] labels)
    {
        var shape = ShapeOf(labels.Length);
        if (shape.Side > SudokuCanonicalForm.MaximumSide)
        {
            throw new UsageException($"--disjoint: expected a side of at most {SudokuCanonicalForm.MaximumSide}, got {shape.Side}.");
        }

        return _canonicalForms.GetOrAdd(shape, of => new SudokuCanonicalForm(of)).Of(new SudokuTask(shape).DecodeExample(labels));
    }

    public override ISymmetricTask CreateSymmetricTask(PuzzleSize size) => new SudokuTask(ShapeOf(size.SequenceLength));

    public override IEnumerable<string> ReadQuestions(Stream stream, string name, ISymmetricTask task, Action<HrmFormatException>? skipped)
        => SudokuCsv.ReadQuestions(stream, name, ((SudokuTask)task).Shape, skipped).Select(question => question.ToString());

    public override int[]? FindSolution(int[] inputs, CancellationToken cancellationToken)
    {
        var task = new SudokuTask(ShapeOf(inputs.Length));
        try
        {
            return SudokuSearch.TrySolve(task.Decode(inputs), out var solution, cancellationToken) ? task.Encode(solution) : null;
        }
        catch (HrmFormatException)
        {
            return null; // Too many guesses.
        }
    }

    public override PuzzleView View(NamedDataset dataset, int example)
    {
        var (inputs, labels) = dataset.Read(example);
        var task = new SudokuTask(ShapeOf(inputs.Length));
        var (question, answer) = (task.Decode(inputs), task.Decode(labels));
        var title = string.Join(", ", new[] { $"example {example}", $"{question.GivenCount} givens", dataset.SourceOf(example) }.Where(part => part.Length > 0));
        return new PuzzleView(title, [View("question", question, question), View("answer", answer, question, answer)]);
    }

    public override GridView? ViewAnswer(string title, int[] inputs, int[]? labels, int[] answer)
    {
        var task = new SudokuTask(ShapeOf(inputs.Length));
        return View(title, task.Decode(answer), task.Decode(inputs), labels is null ? null : task.Decode(labels));
    }

    /// <summary>Shows a grid: right cells green, wrong cells marked, givens and cells without a known solution plain.</summary>
    private static GridView View(string title, SudokuGrid grid, SudokuGrid question, SudokuGrid? solution = null)
    {
        var shape = grid.Shape;
        var cells = Enumerable.Range(0, shape.Cells).Select(cell =>
        {
            var symbol = grid[cell] == 0 ? " " : shape.SymbolOf(grid[cell]).ToString();
            return solution is not null && grid[cell] != solution[cell]
                ? CellView.Wrong(symbol)
                : new CellView(symbol, solution is null || question[cell] != 0 ? Color.Default : Color.Green);
        });
        return new GridView(title, shape.Side, [.. cells], shape.BoxRows, shape.BoxColumns);
    }

    public static SudokuShape ShapeOf(int cells)
    {
        var side = (int)Math.Round(Math.Sqrt(cells));
        return side * side == cells ? Shapes.GetOrAdd(side, SudokuFiles.ShapeOf) : throw new UsageException($"--data: expected the square of a side, got {cells} tokens per puzzle.");
    }
}

/// <summary>Reads puzzles from files.</summary>
internal static class SudokuFiles
{
    public static NamedDataset Open(IReadOnlyList<string> files, RunData data, string option, CancellationToken cancellationToken = default)
    {
        var task = new SudokuTask(ShapeOf(data.Side));
        return NamedDataset.Read(
            files, option, task.VocabularySize, (file, skipped) => SudokuCsv.Read(file, task.Shape, skipped).Select(puzzle => (puzzle.Source, task.ToExample(puzzle))), data.SkipBad, cancellationToken);
    }

    /// <summary>
    /// Draws validation puzzles from the training files, for each source list the same number but at most half of the list. Puzzles without a
    /// source are the list of their file. No solution of the remaining training puzzles is symmetric to one of theirs. Of other sides than 9,
    /// only the puzzles themselves are left out of the training.
    /// </summary>
    /// <param name="data">The files.</param>
    /// <param name="count">The number of validation puzzles per source list.</param>
    /// <param name="cancellationToken">Stops between two puzzles.</param>
    /// <exception cref="UsageException">No training puzzle or no validation puzzle remains, or the name of a list is not valid.</exception>
    public static (IReadOnlyList<SudokuPuzzle> Training, IReadOnlyList<SudokuPuzzle> Validation) HoldOut(RunData data, int count, CancellationToken cancellationToken = default)
    {
        var shape = ShapeOf(data.Side);
        var puzzles = Array.ConvertAll(Read(data.Train, data, cancellationToken), item => WithSource(item.Puzzle, item.File));
        if (puzzles.Select(puzzle => puzzle.Source).FirstOrDefault(source => source == ListNames.All || ListNames.HasControls(source)) is { } wrong)
        {
            throw new UsageException($"--train: expected source lists with names other than '{ListNames.All}' and without control characters, got '{wrong}'.");
        }

        var shuffled = puzzles.ToArray();
        new StatefulRandom(1).Shuffle(shuffled);
        SudokuPuzzle[] validation = [.. shuffled.GroupBy(puzzle => puzzle.Source).SelectMany(list => list.Take(Math.Min(count, list.Count() / 2)))];
        var canonicalForm = shape.Side == SudokuCanonicalForm.MaximumSide ? new SudokuCanonicalForm(shape) : null;
        var held = validation.Select(KeyOf).ToHashSet();
        SudokuPuzzle[] training = [.. puzzles.AsParallel().AsOrdered().WithCancellation(cancellationToken).Where(puzzle => !held.Contains(KeyOf(puzzle)))];
        return validation.Length > 0 && training.Length > 0
            ? (training, validation)
            : throw new UsageException($"--train: expected puzzles for training and validation, got {puzzles.Length}, of which {training.Length} are left for training and {validation.Length} for validation.");

        static SudokuPuzzle WithSource(SudokuPuzzle puzzle, string file)
            => puzzle.Source.Length > 0 ? puzzle : new SudokuPuzzle(puzzle.Question, puzzle.Answer, Path.GetFileName(file), puzzle.Rating, puzzle.Line);

        SudokuGrid KeyOf(SudokuPuzzle puzzle) => canonicalForm?.Of(puzzle.Answer) ?? puzzle.Question;
    }

    private static (string File, SudokuPuzzle Puzzle)[] Read(IReadOnlyList<string> files, RunData data, CancellationToken cancellationToken)
    {
        var shape = ShapeOf(data.Side);
        return [.. BadLines.Read(files, (file, skipped) => SudokuCsv.Read(file, shape, skipped).Select(puzzle => (file, puzzle)), data.SkipBad, cancellationToken)];
    }

    /// <summary>Finds the side of the first question that can be read; 9 without files.</summary>
    public static int FindSide(IEnumerable<string> files) => files.SelectMany(ReadQuestions).FirstOrDefault()?.Shape.Side ?? SudokuShape.Nine.Side;

    private static IEnumerable<SudokuGrid> ReadQuestions(string file)
    {
        using var stream = File.OpenRead(file);
        foreach (var question in SudokuCsv.ReadQuestions(stream, file, skipped: _ => { }))
        {
            yield return question;
        }
    }

    public static SudokuShape ShapeOf(int side)
    {
        try
        {
            return SudokuShape.OfSide(side);
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new UsageException($"--side: {error.Message}");
        }
    }
}

/// <summary>Reports Sudoku answers per file, per source list and per number of givens.</summary>
internal sealed class SudokuReport(NamedDataset test) : TaskReport
{
    public override IReadOnlyList<string> Kinds { get; } = [FileKind, "source", "givens"];

    public override IReadOnlyList<string> CategoriesOf(int example, int[] inputs) => [test.FileOf(example), test.SourceOf(example), GivensOf(inputs)];

    private static string GivensOf(int[] inputs)
    {
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
