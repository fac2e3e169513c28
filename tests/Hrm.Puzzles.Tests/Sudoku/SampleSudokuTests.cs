namespace Hrm.Puzzles.Tests;

public class SampleSudokuTests
{
    [Theory]
    [InlineData("sudoku_easy_train.csv", 1000, false)]
    [InlineData("sudoku_easy_test.csv", 1000, false)]
    [InlineData("sudoku_extreme_like_train.csv", 1000, true)]
    [InlineData("sudoku_extreme_like_test.csv", 2000, true)]
    public void Every_question_has_one_solution_and_only_those_of_the_hard_lists_need_guesses(string file, int count, bool isHard)
    {
        var puzzles = SudokuCsv.Read(SampleData.PathOf(file), SudokuShape.Nine).ToArray();

        puzzles.Should().HaveCount(count);
        foreach (var puzzle in puzzles)
        {
            SudokuSearch.TrySolve(puzzle.Question, out var solution).Should().BeTrue();
            solution.Should().Be(puzzle.Answer);
            SudokuSearch.CountSolutions(puzzle.Question).Should().Be(1, "line {0} has one solution", puzzle.Line);
        }

        var guesses = puzzles.Select(puzzle => SudokuSearch.CountGuesses(puzzle.Question)).ToArray();
        guesses.Average().Should().BeInRange(isHard ? 50 : 0, isHard ? 90 : 3);
        (guesses.Min() > 0).Should().Be(isHard);
    }

    [Fact]
    public void No_two_solutions_are_symmetric_so_that_training_and_test_are_disjoint()
    {
        var canonicalForm = new SudokuCanonicalForm(SudokuShape.Nine);

        SampleData.SudokuFiles
            .SelectMany(file => SudokuCsv.Read(SampleData.PathOf(file), SudokuShape.Nine))
            .Select(puzzle => canonicalForm.Of(puzzle.Answer))
            .Should().OnlyHaveUniqueItems();
    }
}
