using System.Globalization;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Tool.Tests;

/// <summary><c>evaluate --depths</c> prints the numbers of single evaluations.</summary>
public sealed class DepthReportTests
{
    [Fact]
    public void The_tables_have_the_numbers_of_single_evaluations_and_fit_eighty_columns()
    {
        // Training a model would take minutes: the labels are answers of this one at some depth.
        var shape = SudokuShape.Four;
        var task = new SudokuTask(shape);
        var questions = new SudokuGenerator(shape, new StatefulRandom(1)).NextDistinctPuzzles(40, 6);
        using var generator = new torch.Generator(3);
        using var model = new HrmModel(HrmPresets.Tiny(task.SequenceLength, task.VocabularySize), generator);
        var dataset = new InMemoryPuzzleDataset(questions.Select((puzzle, i) => LabelledByTheModel(model, task, puzzle, i % 4 == 0 ? 16 : 8)), task.VocabularySize);
        using var test = new NamedDataset(dataset, [], [.. questions.Select((_, i) => i % 2 == 0 ? "puzzles5_forum_hardest_1905_11+" : "other")]);
        var report = new DepthReport(new SudokuToolTask().CreateReport(test), HaltingRule.HaltPositive);
        report.Run(model, test, 16);

        using var writer = new StringWriter();
        report.Write(AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(writer) }));

        var lines = writer.ToString().ReplaceLineEndings("\n").Split('\n');
        lines.Should().OnlyContain(line => line.Length <= 80);
        var all = Cells(lines.Single(line => line.Contains("│ all ", StringComparison.Ordinal)));
        all.Should().Equal(["all", "40", .. new[] { 8, 16, 32, 64 }.Select(segments => Exact(segments))]);
        all[2..].Distinct().Should().HaveCountGreaterThan(1, "the depths differ");
        Cells(lines.Single(line => line.Contains("│ q_halt > 0 ", StringComparison.Ordinal)))[1]
            .Should().Be(Exact(64, new QValueHalting(rule: HaltingRule.HaltPositive)));
        Cells(lines.Single(line => line.Contains("2 segments unchanged", StringComparison.Ordinal)))[1].Should().Be(Exact(64, new StableHalting(2)));
        var calibration = lines.SkipWhile(line => !line.Contains("calibration", StringComparison.Ordinal)).Where(line => line.Contains(" to ", StringComparison.Ordinal) || line.Contains("≥ 0.99", StringComparison.Ordinal)).Select(Cells).ToArray();
        calibration.Should().HaveCount(5);
        calibration.Sum(cells => int.Parse(cells[1], CultureInfo.InvariantCulture)).Should().Be(40);
        calibration.Sum(cells => cells[1] == "0" ? 0 : int.Parse(cells[1], CultureInfo.InvariantCulture) * double.Parse(cells[3], CultureInfo.InvariantCulture) / 100)
            .Should().BeApproximately(40 * double.Parse(all[^1], CultureInfo.InvariantCulture) / 100, 0.1, "every puzzle is in one row");
        lines.Should().Contain(line => line.Contains("│ puzzles5_forum_hardest_1905_11+ │", StringComparison.Ordinal));

        var shallow = new DepthReport(new SudokuToolTask().CreateReport(test), HaltingRule.HaltPositive, segments: 20);
        shallow.Run(model, test, 16);
        using var second = new StringWriter();
        shallow.Write(AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(second) }));
        Cells(second.ToString().ReplaceLineEndings("\n").Split('\n').Single(line => line.Contains("│ all ", StringComparison.Ordinal)))
            .Should().Equal("all", "40", Exact(8), Exact(16), Exact(20));

        string Exact(int maxSegments, IHaltingPolicy? policy = null) => $"{100 * new Evaluator(model, maxSegments, policy).Evaluate(dataset).ExactAccuracy:F1}";
    }

    /// <summary>An example whose labels are the model's own answer after a number of segments, so that depths differ.</summary>
    private static PuzzleExample LabelledByTheModel(HrmModel model, SudokuTask task, SudokuPuzzle puzzle, int segments)
    {
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = segments, Rule = HaltingRule.Never });
        var inputs = task.Encode(puzzle.Question);
        return new PuzzleExample(inputs, solver.Solve(inputs).Tokens);
    }

    private static string[] Cells(string line) => [.. line.Trim().Trim('│').Split('│').Select(cell => cell.Trim())];
}
