namespace Hrm.Puzzles.Tests;

public class MazeCsvTests
{
    private const string Header = "source,question,answer,rating\n";
    private const string Row = "list, SG   ###, SG   ###,2\n";

    [Theory]
    [InlineData("a,SG   ###,SG   ###,2\n", "question", "expected a square number of cells from 4 to 65536, got 8")]
    [InlineData("a,,,2\n", "question", "expected a square number of cells*got 0")]
    [InlineData("a, SG   ###, SG   ##,2\n", "answer", "expected 9 characters (3x3), got 8")]
    [InlineData("a,  G   ###,  G   ###,2\n", "question", "expected one 'S', got none")]
    [InlineData("a,SSG   ###,SSG   ###,2\n", "question", "expected one 'S', got one in row 1, column 1 and one in row 1, column 2")]
    [InlineData("a, SG   ###,.SG   ###,2\n", "answer", "expected one of '# SGo' at character 1 (row 1, column 1), got '.'")]
    [InlineData("a, S ###  G, S ###  G,2\n", "question", "expected a path from the start in row 1, column 2 to the goal in row 3, column 3, got none")]
    [InlineData("a, SG   ###, SG#  ###,2\n", "answer", "the answer does not solve its question: expected a free cell or a path in row 2, column 1, got a wall")]
    [InlineData("a,S G   ###,S G   ###,2\n", "answer", "the answer does not solve its question: expected a path from the start to the goal, got one that ends in row 1, column 1")]
    [InlineData("a,S G   ###,S Gooo###,2\n", "answer", "the answer does not solve its question: expected a path of 3 cells, including start and goal, got one of 5")]
    public void Read_names_the_line_and_field_of_bad_input(string row, string field, string problem)
    {
        using var file = new TemporaryFile(Header + Row + row);

        var error = file.Invoking(f => MazeCsv.Read(f.Path).ToArray()).Should().Throw<HrmFormatException>().Which;

        (error.Path, error.Line, error.Place).Should().Be((file.Path, 3, field));
        error.Problem.Should().Match(problem);
    }

    [Fact]
    public void Read_uses_the_given_shape()
    {
        using var file = new TemporaryFile(Header + "a,S  ##G,Soo##G,4\n");

        MazeCsv.Read(file.Path, new MazeShape(2, 3)).Should().ContainSingle().Which.PathCells.Should().Be(4);
        file.Invoking(f => MazeCsv.Read(f.Path).ToArray()).Should().Throw<HrmFormatException>().WithMessage("*line 2, question: expected a square*");
        file.Invoking(f => MazeCsv.Read(f.Path, MazeShape.Square(30)).ToArray()).Should().Throw<HrmFormatException>().WithMessage("*expected 900 characters (30x30), got 6");
    }

    [Fact]
    public void Written_puzzles_are_read_back()
    {
        using var file = new TemporaryFile("old");
        var random = new Random(1);
        var puzzles = Enumerable.Range(2, 20).Select(line =>
        {
            var maze = new MazeGenerator(MazeShape.Square(6), 6, random).NextPuzzle();
            return new MazePuzzle(maze.Question, maze.Answer, "a b", line % 2 == 0 ? 2.5 : null, line);
        }).ToArray();

        MazeCsv.Write(file.Path, puzzles);

        MazeCsv.Read(file.Path).ToArray().Should().Equal(puzzles);
    }

    [Fact]
    public void The_largest_maze_is_read_back()
    {
        var shape = MazeShape.Square(MazeShape.MaximumSide);
        using var file = new TemporaryFile();
        var puzzle = MazePuzzle.Of(MazeGrid.Parse($"S{new string(' ', shape.Cells - 2)}G"), "no walls");
        MazeCsv.Write(file.Path, [puzzle]);
        MazeCsv.Read(file.Path).ToArray().Should().ContainSingle().Which.Answer.Should().Be(puzzle.Answer);
    }

    [Theory]
    [InlineData(" SG   ###\n")]
    [InlineData(" SG\n   \n###\n")]
    [InlineData("\n SG\r\n   \r\n###\n\n SG\n   \n###", 2)]
    [InlineData(Header + Row)]
    [InlineData("puzzle,id\n SG   ###,1\n")]
    public void Questions_are_read_from_CSV_and_from_text(string text, int count = 1)
        => Questions(text).Select(maze => maze.ToString()).Should().Equal(Enumerable.Repeat(" SG   ###", count));

    [Theory]
    [InlineData("\n", null, "expected at least one puzzle, got none")]
    [InlineData(" SG\n  \n###\n", 2, "expected 9 characters (a puzzle) or 3 (a row of one), got 2: '  '")]
    [InlineData(" SG\n\n###", 1, "expected 3 rows of 3 characters, got 1")]
    [InlineData(" SG   ###\n SG o ###", 2, "expected a wall, a free cell, the start or the goal in row 2, column 2, got a path")]
    [InlineData("#SG\n## \n#S#", 1, "expected one 'S', got one in row 1, column 2 and one in row 3, column 2")]
    [InlineData("S#G\n###\n   ", 1, "expected a path from the start in row 1, column 1 to the goal in row 1, column 3, got none")]
    public void An_error_in_text_names_the_line(string text, int? line, string problem)
    {
        var error = text.Invoking(it => Questions(it).ToArray()).Should().Throw<HrmFormatException>().Which;

        (error.Path, error.Line, error.Problem).Should().Be(("the list", line, problem));
    }

    [Fact]
    public void Bad_rows_are_skipped_and_a_missing_answer_is_found()
    {
        using var file = new TemporaryFile(Header + "a, SG   ###,,\nb, SG   ##,,\nc, SG   ###, SG,\nd, SG   ###, SG   ###,2\n");
        var skipped = new List<HrmFormatException>();

        MazeCsv.Read(file.Path, skipped: skipped.Add).Select(maze => (maze.Source, maze.Answer.ToString())).Should().Equal(("a", " SG   ###"), ("d", " SG   ###"));

        skipped.Select(error => (error.Line, error.Place)).Should().Equal((3, "question"), (4, "answer"));
    }

    private static IEnumerable<MazeGrid> Questions(string text)
        => MazeCsv.ReadQuestions(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), "the list", MazeShape.Square(3));
}
