using Spectre.Console;

namespace Hrm.Tool.Tests;

public sealed class ReportTests
{
    [Fact]
    public void A_claim_is_a_row_of_the_table()
    {
        var missing = new Claim("c", "1", "2", Verdict.NotTestable) { Setting = "puzzles", Seeds = 0 };
        var result = new FigureResult("fig9", "Nine", "how", [missing with { Statement = "a | b", Seeds = 3, Verdict = Verdict.NotReproduced }, missing], [], [], [], "cpu", "small", "command", 1);
        ReportFolder.ToMarkdown([result]).Split('\n').Where(line => line.StartsWith('|')).Skip(2).Should().Equal(
            "| a \\| b | 1 | 2 | cpu | puzzles | 3 | `research/paper -- fig9 --scale cpu` | **not reproduced** |",
            "| c | 1 | 2 | cpu | puzzles | – | `research/paper -- fig9 --scale cpu` | **not testable here** |");
    }

    /// <summary>1 2 / 3 4 with 4 given: right, wrong, missing and a given that the answer overwrote.</summary>
    [Fact]
    public void A_frame_of_a_Sudoku_marks_what_is_wrong_also_among_the_givens()
    {
        int[] solution = [.. "1234341221434321".Select(digit => digit - '0' + 1)];
        int[] inputs = [.. solution.Select((token, place) => place < 2 ? token : 1)];
        var answer = solution.ToArray();
        (answer[0], answer[5], answer[6]) = (3, 2, 1);

        var view = ToolTask.Of("sudoku").ViewAnswer("segment 1", inputs, solution, answer)!;

        view.Cells.Select((cell, place) => (cell, place)).Where(item => item.cell.Background == Color.Purple).Select(item => item.place).Should().Equal(0, 5, 6);
        view.Cells[1].Foreground.Should().Be(Color.Default);
        view.Cells[2].Should().Be(new CellView("3", Color.Green));
    }

    [Fact]
    public void A_frame_of_a_maze_marks_a_missing_path()
    {
        // S.G over three free cells; the path goes straight.
        int[] inputs = [3, 2, 4, 2, 2, 2, 2, 2, 2];
        int[] solution = [3, 5, 4, 2, 2, 2, 2, 2, 2];
        int[] answer = [3, 2, 4, 5, 2, 2, 2, 2, 2];

        var cells = ToolTask.Of("maze").ViewAnswer("segment 1", inputs, solution, answer)!.Cells;

        cells.Select((cell, place) => (cell, place)).Where(item => item.cell.Background == Color.Purple).Select(item => (item.place, item.cell.Text)).Should().Equal((1, "?"), (3, "•"));
    }

    [Fact]
    public void A_picture_is_drawn_with_and_without_points()
    {
        using var folder = new Hrm.TestKit.TemporaryFolder();
        var path = Path.Combine(folder.Path, "new", "picture.png");
        ChartWriter.Write(path, new Chart("both", "x", "y", [Series.Of("a", [1, 2], [Spread.Of([1, 3]), Spread.Of([2])]), Series.Of("b", [1, 2], [3, 4])]), new Chart("none", "x", "y", [Series.Of("", [], Array.Empty<double>())]));
        new FileInfo(path).Length.Should().BeGreaterThan(5_000);
        Directory.GetFiles(Path.GetDirectoryName(path)!).Should().Equal(path);
    }
}
