using System.Text;

namespace Hrm.Puzzles.Tests;

/// <summary>The formats that lists of Sudokus come in; the content decides. Alone, as one test measures the memory of the process.</summary>
[CollectionDefinition(nameof(SudokuFormatsTests), DisableParallelization = true)]
[Collection(nameof(SudokuFormatsTests))]
public class SudokuFormatsTests
{
    private const string Question = "12..341221434321";
    private const string Answer = "1234341221434321";

    [Theory]
    [InlineData(Question + "\n" + Answer, Question + "|" + Answer)]
    [InlineData("\uFEFF# a list, with a comma\r\n\r\n  12003412214343_*  # easy, they say\r\n", "12..3412214343..")]
    [InlineData("#ASomebody\n#D2024\n[Puzzle]\n12..\n3412\n2143\n4321\n[State]\n....\n....\n....\n....\n", Question)]
    [InlineData("[state]\n1234\n[PUZZLE]\n12..\n3412\n2143\n4321", Question)]
    [InlineData("12..\n3412\n2143\n4321\n" + Answer + "\n12..\n3412\n2143\n4321\n\n", Question + "|" + Answer + "|" + Question)]
    [InlineData("puzzle\n" + Question + "\n", Question)]
    [InlineData("id,puzzle\n1," + Question + "\n", Question)]
    [InlineData("quizzes,solutions\n12003412214343__,nothing that is read\n", "12..3412214343..")]
    public void Questions_are_read_in_any_format_and_their_shape_is_found(string text, string questions)
        => Questions(text).Select(question => question.ToString()).Should().Equal(questions.Split('|'));

    [Fact]
    public void A_row_per_line_is_read_in_the_sizes_six_nine_and_sixteen()
    {
        foreach (var (side, shape) in new (int Side, SudokuShape? Shape)[] { (6, null), (9, null), (16, SudokuShape.OfSide(16)) })
        {
            var rows = Enumerable.Range(1, side).Select(row => new string('.', row - 1) + SudokuShape.OfSide(side).SymbolOf(row) + new string('0', side - row)).ToArray();

            var question = Questions(string.Join('\n', rows), shape).Should().ContainSingle().Which;

            question.Shape.Side.Should().Be(side);
            question.ToString().Should().Be(string.Concat(rows).Replace('0', '.'));
            Questions(string.Concat(rows), null).Should().Equal(question);
        }
    }

    [Theory]
    [InlineData("", null, "expected at least one puzzle, got none")]
    [InlineData("# nothing\n\n", null, "expected at least one puzzle, got none")]
    [InlineData("[State]\n" + Question, null, "expected at least one puzzle, got none")]
    [InlineData("12..\n3412\n\n2143\n4321\n", 1, "expected 4 rows of 4 characters, got 2")]
    [InlineData("12..\n3412\n2143", 1, "expected 4 rows of 4 characters, got 3")]
    [InlineData("12..\n34125\n2143\n4321", 2, "expected 16 characters (a puzzle) or 4 (a row of one), got 5: '34125'")]
    [InlineData("12..\n3412\n" + Question, 1, "expected 4 rows of 4 characters, got 2")]
    [InlineData(Question + "\n" + Question + "1", 2, "expected 16 characters (a puzzle) or 4 (a row of one), got 17: *")]
    [InlineData(Question + "\n123456789\n", 2, "expected 16 characters (a puzzle) or 4 (a row of one), got 9: '123456789'")]
    [InlineData("what is this?", 1, "expected 81 characters (a puzzle) or 9 (a row of one), got 13: 'what is this?'")]
    [InlineData("12..\n34x2\n2143\n4321", 1, "expected '.', '0' or 1 to 4 at character 7 (row 2, column 3), got 'x'")]
    [InlineData(Question + "\n11..341221434321", 2, "expected different digits in row 1, column 1 and row 1, column 2, got 1 in both")]
    [InlineData("puzzle\n123", 2, "expected 16, 36, 64, 81, 100, 144, 196, 225 or 256 characters, got 3")]
    public void An_error_names_the_line(string text, int? line, string problem)
    {
        var error = text.Invoking(it => Questions(it).ToArray()).Should().Throw<HrmFormatException>().Which;

        (error.Path, error.Line).Should().Be(("the list", line));
        error.Problem.Should().Match(problem);
    }

    /// <summary>The rows that remain of a broken grid are neither read as a new one nor reported again; a title ends a grid.</summary>
    [Theory]
    [InlineData(Question + "\nbad\n" + Answer, 2)]
    [InlineData("easy\n" + Question + "\n" + Answer, 1)]
    [InlineData("bad\nworse\n" + Question + "\n11..341221434321\n" + Answer, 1, 2, 4)]
    [InlineData("12..\n34\n2143\n4321\n\n" + Question + "\n12..\n3412\n214\n" + Answer, 2, 9)]
    [InlineData("12..\n3412\n\n" + Question + "\n" + Answer + "\n12..", 1, 6)]
    [InlineData("Grid 01\n12..\n3412\n2143\n4321\nGrid 02\n1234\n3412\n2143\n4321\n", 1, 6)]
    [InlineData("Grid\n12..\n3412\n2143\n4321\n2\n1234\n3412\n2143\n4321\n", 1, 6)]
    [InlineData("12..\n3412\nGrid 01\n12..\n3412\n2143\n4321\nGrid 02\n1234\n3412\n2143\n4321\n12..", 3, 1, 8, 13)]
    [InlineData("12..\n34\n2143\n4321\n12..\n3412\n2143\n4321\n1234\n3412\n2143\n4321\n", 2)]
    [InlineData("12..\n34x2\n2143\n4321\n12..\n3412\n2143\n4321\n" + Answer, 1)]
    [InlineData("id,puzzle\n1," + Question + "\n2\n3,1234\n4," + Answer + "\n", 3, 4)]
    public void Bad_lines_are_skipped(string text, params int[] lines)
    {
        var skipped = new List<HrmFormatException>();

        Questions(text, text.Contains("Grid") ? SudokuShape.Four : null, skipped.Add).Select(question => question.ToString()).Should().Equal(Question, Answer);

        skipped.Select(error => error.Line).Should().Equal(lines.Cast<int?>());
    }

    /// <summary>Project Euler's list of 50 grids: a title, then nine rows, without empty lines.</summary>
    [Fact]
    public void Grids_under_titles_are_all_read()
    {
        const string Nine = "003020600900305001001806400008102900700000008006708200002609500800203009005010300";
        var rows = Nine.Chunk(9).Select(row => new string(row)).ToArray();
        string[] lines = [.. Enumerable.Range(1, 50).SelectMany(number => rows.Prepend($"Grid {number:d2}"))];
        var skipped = new List<HrmFormatException>();

        Questions(string.Join('\n', lines), null, skipped.Add).Select(question => question.ToString()).ToArray().Should().HaveCount(50).And.AllBe(Nine.Replace('0', '.'));

        skipped.Select(error => error.Line).Should().Equal(Enumerable.Range(0, 50).Select(grid => (int?)((10 * grid) + 1)));
        skipped[0].Problem.Should().Be("expected 81 characters (a puzzle) or 9 (a row of one), got 7: 'Grid 01'");
    }

    [Theory]
    [InlineData("Project Euler 96\n", 1)]
    [InlineData("puzzle\nProject Euler 96\n", 2)]
    public void A_bad_first_line_does_not_decide_the_shape(string before, int line)
    {
        const string Nine = "003020600900305001001806400008102900700000008006708200002609500800203009005010300";
        var skipped = new List<HrmFormatException>();

        Questions(before + Nine, null, skipped.Add).Should().ContainSingle().Which.Shape.Should().Be(SudokuShape.Nine);

        skipped.Should().ContainSingle().Which.Line.Should().Be(line);
    }

    [Fact]
    public void A_line_that_is_not_UTF8_is_skipped()
    {
        byte[] bytes = [(byte)'#', 0xFC, (byte)'\n', .. Encoding.UTF8.GetBytes(Question)];
        using var stream = new MemoryStream(bytes);
        var skipped = new List<HrmFormatException>();

        SudokuCsv.ReadQuestions(stream, "the list", skipped: skipped.Add).Should().ContainSingle();

        skipped.Should().ContainSingle().Which.Line.Should().Be(1);
    }

    [Fact]
    public void A_missing_answer_is_found_if_it_is_the_only_one()
    {
        using var file = new TemporaryFile("puzzle,solution,source\n12..341221434321,,a\n................,,b\n21...3..........,,c\n12..341221434321,1234341221434321,d\n123.341221434321,,e\n1..2...........,,f\n");
        var skipped = new List<HrmFormatException>();

        var puzzles = SudokuCsv.Read(file.Path, skipped: skipped.Add).ToArray();

        puzzles.Select(puzzle => puzzle.Source).Should().Equal("a", "d", "e");
        puzzles.Should().OnlyContain(puzzle => puzzle.Answer.ToString() == Answer);
        skipped.Select(error => error.Line).Should().Equal(3, 4, 7);
        skipped[0].Message.Should().Be($"{file.Path}, line 3, question: expected one solution, as there is no answer, got none or several");
    }

    [Fact]
    public void A_question_is_read_as_soon_as_its_line_has_come()
    {
        using var stream = new Lines(Question + "\n", Answer + "\n");

        foreach (var question in SudokuCsv.ReadQuestions(stream, "the list"))
        {
            stream.Reads.Should().Be(question.IsComplete ? 2 : 1);
        }

        stream.Reads.Should().Be(2);
    }

    [Fact]
    public void A_long_list_takes_constant_memory()
    {
        const int Puzzles = 50_000;
        using var stream = new Lines([.. Enumerable.Repeat(Question + " # a comment\n# another\n", Puzzles)]);
        var (least, most) = (long.MaxValue, 0L);
        var count = 0;
        foreach (var _ in SudokuCsv.ReadQuestions(stream, "the list"))
        {
            if (++count % 10_000 == 0)
            {
                var bytes = GC.GetTotalMemory(forceFullCollection: true);
                (least, most) = (Math.Min(least, bytes), Math.Max(most, bytes));
            }
        }

        count.Should().Be(Puzzles);
        (most - least).Should().BeLessThan(1_000_000);
    }

    private static IEnumerable<SudokuGrid> Questions(string text, SudokuShape? shape = null, Action<HrmFormatException>? skipped = null)
        => SudokuCsv.ReadQuestions(new MemoryStream(Encoding.UTF8.GetBytes(text)), "the list", shape, skipped);

    /// <summary>A stream that gives one text per read, as a pipe does.</summary>
    private sealed class Lines(params string[] texts) : MemoryStream
    {
        public int Reads { get; private set; }

        public override int Read(Span<byte> buffer) => Reads < texts.Length ? Encoding.UTF8.GetBytes(texts[Reads++], buffer) : 0;
    }
}
