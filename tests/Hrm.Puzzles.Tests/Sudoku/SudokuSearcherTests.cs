using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class SudokuSearcherTests
{
    [Property(MaxTest = 100)]
    public void One_searcher_answers_each_question_as_a_new_one_does(int seed)
    {
        var random = new Random(seed);
        var shape = new[] { SudokuShape.Four, SudokuShape.Six, new SudokuShape(3, 2), SudokuShape.Nine }[random.Next(4)];
        var searcher = new SudokuSearcher(shape);
        var generator = new SudokuGenerator(shape, random);
        for (var i = 0; i < 5; i++)
        {
            var puzzle = generator.NextPuzzle(random.Next(shape.Cells));
            var question = puzzle.Question.Digits.ToArray();
            var solution = new byte[shape.Cells];

            searcher.TrySolveUniquely(question, solution).Should().BeTrue();
            solution.Should().Equal(puzzle.Answer.Digits.ToArray());
            searcher.CountGuesses(question).Should().Be(SudokuSearch.CountGuesses(puzzle.Question));

            // One given fewer may leave the solution alone, several, but never none.
            var given = Array.FindIndex(question, digit => digit != 0);
            question[given] = 0;
            searcher.HasOneSolution(question).Should().Be(searcher.CountSolutions(question, 3) == 1);
            searcher.TrySolve(question, solution).Should().BeTrue();
            SudokuChecker.IsSolution(SudokuGrid.FromDigits(question, shape), SudokuGrid.FromDigits(solution, shape)).Should().BeTrue();
        }
    }

    [Fact]
    public void TrySolve_leaves_the_answer_alone_where_there_is_none()
    {
        var solution = new byte[16];
        var searcher = new SudokuSearcher(SudokuShape.Four);

        searcher.TrySolve(SudokuGrid.Parse("123....4........", SudokuShape.Four).Digits, solution).Should().BeFalse();
        searcher.TrySolveUniquely(SudokuGrid.Parse("11..............", SudokuShape.Four).Digits, solution).Should().BeFalse();

        solution.Should().OnlyContain(digit => digit == 0);
        searcher.TrySolveUniquely(new byte[16], solution).Should().BeFalse();
        SudokuSearch.TrySolveUniquely(SudokuGrid.Empty(SudokuShape.Four), out var none).Should().BeFalse();
        none.Should().BeNull();
    }

    [Theory]
    [InlineData("12..34122143432.", 0, 1)]
    [InlineData("123....4........", 0, 0)]
    [InlineData(".2.4.4.221434321", 1, 2)] // 1 and 3 can be exchanged in a rectangle: no digit has one place, no cell one digit.
    public void CountGuesses_counts_the_cells_that_singles_do_not_decide(string question, int guesses, int solutions)
    {
        var grid = SudokuGrid.Parse(question, SudokuShape.Four);

        SudokuSearch.CountGuesses(grid).Should().Be(guesses);
        SudokuSearch.CountSolutions(grid).Should().Be(solutions);
    }

    [Fact]
    public void A_warm_searcher_allocates_nothing()
    {
        var questions = SudokuCsv.Read(SampleData.PathOf("sudoku_extreme_like_train.csv"), SudokuShape.Nine)
            .Take(200).Select(puzzle => puzzle.Question.Digits.ToArray()).ToArray();
        var searcher = new SudokuSearcher(SudokuShape.Nine);
        var solution = new byte[81];
        var solved = questions.Count(question => searcher.TrySolveUniquely(question, solution));

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var question in questions)
        {
            solved += searcher.TrySolveUniquely(question, solution) && searcher.CountGuesses(question) > 0 ? 1 : 0;
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        solved.Should().Be(400);
    }

    [Fact]
    public void Arguments_that_do_not_fit_are_refused()
    {
        var searcher = new SudokuSearcher(SudokuShape.Four);

        searcher.Invoking(s => s.HasOneSolution(new byte[15])).Should().Throw<ArgumentException>().WithMessage("question: expected 16 digits, got 15*");
        searcher.Invoking(s => s.TrySolve(new byte[16], new byte[17])).Should().Throw<ArgumentException>().WithMessage("solution: expected 16 digits, got 17*");
        searcher.Invoking(s => s.CountGuesses([.. Enumerable.Repeat((byte)5, 16)])).Should().Throw<ArgumentException>()
            .WithMessage("question: expected a digit of 0 to 4 in row 1, column 1, got 5*");
        searcher.Invoking(s => s.CountSolutions(new byte[16], 0)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
