using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class SudokuCsvTests
{
    private const string Header = "source,question,answer,rating\n";
    private const string Row = "list,12..341221434321,1234341221434321,3\n";

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Read_accepts_both_line_endings_and_a_byte_order_mark(string lineEnd)
    {
        using var file = new TemporaryFile("\uFEFF" + (Header + Row + Row.TrimEnd('\n')).Replace("\n", lineEnd, StringComparison.Ordinal));

        var puzzles = SudokuCsv.Read(file.Path, SudokuShape.Four).ToArray();

        puzzles.Should().HaveCount(2);
        puzzles[1].Question.ToString().Should().Be("12..341221434321");
        puzzles[1].Answer.ToString().Should().Be("1234341221434321");
        (puzzles[1].Source, puzzles[1].Rating, puzzles[1].Line).Should().Be(("list", 3, 3));
    }

    [Theory]
    [InlineData("source,rating\n" + Row, 1, null, "expected a header that names the column question (or puzzle, quizzes), and optionally answer (or solution, solutions), each once, got 'source,rating'")]
    [InlineData("\n# list\nsource,rating\n" + Row, 3, null, "expected a header that names the column*got 'source,rating'")]
    [InlineData("question,answer,answer\n" + Row, 1, null, "expected a header that names the column*each once, got 'question,answer,answer'")]
    [InlineData("source,question,answer,rating,\n" + Row, 2, null, "expected 5 fields, as the header has, got 4: 'list,12..341221434321,1234341221434321,3'")]
    [InlineData(Row + Row, 1, null, "expected a header that names the column*got 'list,12..341221434321,1234341221434321,3'")]
    [InlineData(Header + Row + "\"a,12..341221434321,1234341221434321,3\n", 3, null, "expected a quote that closes the one at character 1, got the end of the line")]
    [InlineData(Header + Row + "\"a\"b,12..341221434321,1234341221434321,3\n", 3, null, "expected a comma or the end of the line after a closing quote, got more text at character 4")]
    [InlineData(Header + Row + "a,12..341221434321,1234341221434321,\"3\"\"\n", 3, null, "expected a quote that closes the one at character 37*")]
    [InlineData(Header + Row + "a\"b,12..341221434321,1234341221434321,3\n", 3, null, "expected quotes around a whole field only, got one at character 2")]
    [InlineData(Header + Row + "a\rb,12..341221434321,1234341221434321,3\n", 3, null, "expected lines that end in LF or CRLF, got a carriage return within one")]
    [InlineData(Header + Row + "x\n", 3, null, "expected 4 fields*got 1: 'x'")]
    [InlineData(Header + "\n\n", 4, null, "expected at least one puzzle after the header*")]
    [InlineData(Header + Row + "a, 12..341221434321,1234341221434321,3\n", 3, "question", "expected 16 characters, got 17")]
    [InlineData(Header, 2, null, "expected at least one puzzle after the header*")]
    [InlineData(Header + Row + "a,12.5341221434321,1234341221434321,3\n", 3, "question", "expected '.', '0' or 1 to 4 at character 4 (row 1, column 4), got '5'")]
    [InlineData(Header + Row + "a,1..1341221434321,1234341221434321,3\n", 3, "question", "expected different digits in row 1, column 1 and row 1, column 4, got 1 in both")]
    [InlineData(Header + Row + "a,21..............,1234341221434321,3\n", 3, "answer", "the answer does not solve its question: expected the given 2 in row 1, column 1, got 1")]
    public void Read_names_the_position_of_bad_input(string text, int line, string? field, string problem)
    {
        using var file = new TemporaryFile(text);

        var error = file.Invoking(f => SudokuCsv.Read(f.Path, SudokuShape.Four).ToArray()).Should().Throw<HrmFormatException>().Which;

        (error.Path, error.Line, error.Place).Should().Be((file.Path, line, field));
        error.Problem.Should().Match(problem);
        error.Message.Should().StartWith($"{file.Path}, line {line}").And.EndWith(error.Problem);
    }

    [Theory]
    [InlineData("source,question,answer,rating\n", "list,{0},{1},3", "list", 3.0)]
    [InlineData("Source,Question,Answer,Rating\n", "list,{0},{1},3", "list", 3.0)]
    [InlineData("\"source\",\"question\",\"answer\",\"rating\"\n", "list,{0},{1},3", "list", 3.0)]
    [InlineData("question,answer,rating,source\n", "{0},{1},3,list", "list", 3.0)]
    [InlineData("answer,source,question,rating\n", "{1},list,{0},", "list", null)]
    [InlineData("id,puzzle,solution,difficulty\n", "7,{0},{1},2.2", "", 2.2)]
    [InlineData("id,puzzle,solution,clues,difficulty\n", "7,{0},{1},14,0.0", "", 0.0)]
    [InlineData("quizzes,solutions\n", "{0},{1}", "", null)]
    [InlineData(" puzzle , solution, difficulty\n", "{0},{1}, 3", "", 3.0)]
    [InlineData("\n\nquestion,rating\n\n", "{0},2\n\n \n", "", 2.0)]
    [InlineData(" question \n", "{0}\n", "", null)]
    [InlineData("puzzle,difficulty\n", "{0},hard", "", null)]
    [InlineData("puzzle,difficulty\n", "{0},-1", "", null)]
    [InlineData("puzzle,difficulty\n", "{0},NaN", "", null)]
    [InlineData("puzzle,difficulty\n", "{0},\"1,5\"", "", null)]
    public void Read_finds_the_columns_by_their_names(string header, string row, string source, double? rating)
    {
        using var file = new TemporaryFile(header + string.Format(CultureInfo.InvariantCulture, row, "12..341221434321", "1234341221434321"));

        var puzzle = SudokuCsv.Read(file.Path, SudokuShape.Four).Should().ContainSingle().Which;

        (puzzle.Question.ToString(), puzzle.Answer.ToString()).Should().Be(("12..341221434321", "1234341221434321"));
        (puzzle.Source, puzzle.Rating).Should().Be((source, rating));
    }

    [Property(MaxTest = 200)]
    public void Write_keeps_any_source_of_one_line(NonNull<string> text)
    {
        using var file = new TemporaryFile();
        // UTF-8 cannot represent a lone surrogate.
        var source = new string([.. text.Get.Where(character => character is not ('\r' or '\n') && !char.IsSurrogate(character))]);

        SudokuCsv.Write(file.Path, [Puzzle(source)]);

        SudokuCsv.Read(file.Path, SudokuShape.Four).Should().ContainSingle().Which.Source.Should().Be(source);
    }

    [Fact]
    public void Read_refuses_bytes_that_are_not_UTF8()
    {
        using var file = new TemporaryFile([.. Encoding.UTF8.GetBytes(Header + "a"), 0xFF, .. Encoding.UTF8.GetBytes(Row)]);

        file.Invoking(f => SudokuCsv.Read(f.Path, SudokuShape.Four).ToArray()).Should().Throw<HrmFormatException>()
            .WithMessage($"{file.Path}, line 2: expected UTF-8, got an invalid sequence at byte 2 of the line");
    }

    [Theory]
    [InlineData("")]
    [InlineData(Header)]
    public void Read_of_a_huge_line_uses_bounded_memory(string before)
    {
        using var file = new TemporaryFile(before);
        using (var stream = new FileStream(file.Path, FileMode.Open))
        {
            // One line of 256 MB without a line break; sparse on most file systems.
            stream.SetLength(1L << 28);
        }

        var allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        file.Invoking(f => SudokuCsv.Read(f.Path, SudokuShape.Four).ToArray()).Should().Throw<HrmFormatException>()
            .WithMessage($"*line {(before.Length == 0 ? 1 : 2)}: expected a line of at most 262144 bytes, got a longer one");

        (GC.GetAllocatedBytesForCurrentThread() - allocatedBefore).Should().BeLessThan(2_000_000);
    }

    [Fact]
    public void Read_streams_the_rows_before_an_error()
    {
        using var file = new TemporaryFile(Header + Row + "broken\n");

        SudokuCsv.Read(file.Path, SudokuShape.Four).First().Line.Should().Be(2);
    }

    [Fact]
    public void A_missing_file_or_folder_is_a_typed_error()
    {
        using var file = new TemporaryFile();

        file.Invoking(f => SudokuCsv.Read(f.Path, SudokuShape.Four).ToArray()).Should().Throw<HrmFileException>().Which.Path.Should().Be(file.Path);
        file.Invoking(f => SudokuCsv.Read(f.Folder, SudokuShape.Four).ToArray()).Should().Throw<HrmFileException>();

        var path = Path.Combine(file.Folder, "missing", "puzzles.csv");
        path.Invoking(p => SudokuCsv.Write(p, [Puzzle()])).Should().Throw<HrmFileException>().Which.Path.Should().Be(path);
    }

    [Fact]
    public void Write_is_read_back()
    {
        using var file = new TemporaryFile("old");
        SudokuPuzzle[] puzzles = [Puzzle("a b", 2.5, 2), new(SudokuGrid.Empty(SudokuShape.Four), Puzzle().Answer, line: 3)];

        SudokuCsv.Write(file.Path, puzzles);

        SudokuCsv.Read(file.Path, SudokuShape.Four).Should().Equal(puzzles);
        File.ReadAllText(file.Path).Should().Be(Header + "a b,1234341221434321,1234341221434321,2.5\n,................,1234341221434321,\n");
    }

    [Fact]
    public void Write_that_fails_leaves_the_old_file_and_nothing_else()
    {
        using var file = new TemporaryFile("old");

        file.Invoking(f => SudokuCsv.Write(f.Path, [Puzzle(), Puzzle("a\nb")]))
            .Should().Throw<HrmFormatException>().WithMessage("*line 3, source: expected a source without a line break*");
        file.Invoking(f => SudokuCsv.Write(f.Path, [Puzzle(), Puzzle(rating: -1)]))
            .Should().Throw<HrmFormatException>().WithMessage("*line 3, rating: expected a number of at least 0, or nothing, got -1");
        file.Invoking(f => SudokuCsv.Write(f.Path, [Puzzle(rating: double.NaN)])).Should().Throw<HrmFormatException>();
        file.Invoking(f => SudokuCsv.Write(f.Path, [])).Should().Throw<HrmFormatException>();

        File.ReadAllText(file.Path).Should().Be("old");
        Directory.GetFiles(file.Folder).Should().ContainSingle();
    }

    private static SudokuPuzzle Puzzle(string source = "", double? rating = null, int? line = null)
    {
        var answer = SudokuGrid.Parse("1234341221434321", SudokuShape.Four);
        return new SudokuPuzzle(answer, answer, source, rating, line);
    }
}
