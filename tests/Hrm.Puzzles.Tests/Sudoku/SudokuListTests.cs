using System.Diagnostics;

namespace Hrm.Puzzles.Tests;

public class SudokuListTests
{
    private const string Question = "12..34122143432.";
    private const string Answer = "1234341221434321";

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Read_finds_the_answers(string lineEnd)
    {
        using var file = new TemporaryFile($"\uFEFF# a list\n{Question}\n\n1200341221434320\t7 # easy\n{Question} free text".Replace("\n", lineEnd, StringComparison.Ordinal));

        var puzzles = SudokuList.Read(file.Path, SudokuShape.Four).ToArray();

        puzzles.Select(puzzle => puzzle.Line).Should().Equal(2, 4, 5);
        puzzles.Should().OnlyContain(puzzle => puzzle.Question.ToString() == Question && puzzle.Answer.ToString() == Answer
            && puzzle.Source == "puzzles" && puzzle.Rating == null);
    }

    [Fact]
    public void Read_finds_the_answers_of_the_sample_file()
    {
        var expected = SudokuCsv.Read(SampleData.PathOf("sudoku_extreme_like_train.csv"), SudokuShape.Nine).ToArray();
        using var file = new TemporaryFile(string.Join('\n', expected.Select(puzzle => puzzle.Question)));

        SudokuList.Read(file.Path, SudokuShape.Nine).Select(puzzle => puzzle.Answer).Should().Equal(expected.Select(puzzle => puzzle.Answer));
    }

    [Theory]
    [InlineData("", 1, null, "expected at least one puzzle, got the end of the file")]
    [InlineData("# nothing\n", 2, null, "expected at least one puzzle, got the end of the file")]
    [InlineData(Question + "\n12..34122143432\n", 2, "question", "expected 16 characters, got 15")]
    [InlineData(Question + "\n" + Question + "5\n", 2, "question", "expected 16 characters, got 17")]
    [InlineData(Question + "\n" + Question + ",x\n", 2, "question", "expected 16 characters, got 18")]
    [InlineData(Question + "\n " + Question + "\n", 2, "question", "expected 16 characters, got 0")]
    [InlineData(Question + "\n12..341221434325\n", 2, "question", "expected '.', '0' or 1 to 4 at character 16*")]
    [InlineData(Question + "\n11..............\n", 2, "question", "expected different digits in row 1, column 1 and row 1, column 2, got 1 in both")]
    [InlineData(Question + "\n123....4........\n", 2, "question", "expected exactly one solution, got none")]
    [InlineData(Question + "\n1...............\n", 2, "question", "expected exactly one solution, got several")]
    public void Read_names_the_position_of_bad_input(string text, int line, string? field, string problem)
    {
        using var file = new TemporaryFile(text);

        var error = file.Invoking(f => SudokuList.Read(f.Path, SudokuShape.Four).ToArray()).Should().Throw<PuzzleFormatException>().Which;

        (error.File, error.Line, error.Field).Should().Be((file.Path, line, field));
        error.Problem.Should().Match(problem);
    }

    /// <summary>Five digits cannot be in twelve columns of the first row, whose other cells are four: a search sees it after days.</summary>
    [Fact]
    public void A_question_that_would_take_days_is_refused_soon()
    {
        var question = new char[256];
        Array.Fill(question, '.');
        foreach (var (digit, stack, band) in from digit in Enumerable.Range(0, 5) from stack in Enumerable.Range(0, 3) from band in Enumerable.Range(0, 4) select (digit, stack, band))
        {
            question[(((4 * band) + 1 + ((stack + digit) % 3)) * 16) + (4 * stack) + ((band + digit) % 4)] = "CDEFG"[digit];
        }

        using var file = new TemporaryFile(new string(question) + "\n");
        var clock = Stopwatch.StartNew();

        file.Invoking(f => SudokuList.Read(f.Path, SudokuShape.OfSide(16)).ToArray()).Should().Throw<PuzzleFormatException>()
            .WithMessage($"{file.Path}, line 1, question: not decided within 1000000 guesses of the exact search");

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(30));
        var grid = SudokuGrid.Parse(question, SudokuShape.OfSide(16));
        grid.Invoking(it => SudokuSearch.HasOneSolution(it)).Should().Throw<PuzzleFormatException>();
    }

    [Fact]
    public void Nothing_is_written_when_the_list_turns_out_bad()
    {
        using var list = new TemporaryFile(Question + "\n1...............\n");
        using var output = new TemporaryFile();

        output.Invoking(f => SudokuCsv.Write(f.Path, SudokuList.Read(list.Path, SudokuShape.Four))).Should().Throw<PuzzleFormatException>();

        Directory.GetFiles(output.Folder).Should().BeEmpty();
    }

    [Fact]
    public void Read_of_a_missing_file_is_a_typed_error_and_a_search_can_be_stopped()
    {
        using var missing = new TemporaryFile();
        using var empty = new TemporaryFile(new string('.', 256));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        missing.Invoking(f => SudokuList.Read(f.Path, SudokuShape.Four).Count()).Should().Throw<PuzzleFileException>();
        empty.Invoking(f => SudokuList.Read(f.Path, SudokuShape.OfSide(16), cancelled.Token).Count()).Should().Throw<OperationCanceledException>();
    }
}
