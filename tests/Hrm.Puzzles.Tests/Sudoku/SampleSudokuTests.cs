namespace Hrm.Puzzles.Tests;

public class SampleSudokuTests
{
    [Theory]
    [InlineData("sudoku_easy_train.csv", 1000)]
    [InlineData("sudoku_easy_test.csv", 1000)]
    [InlineData("sudoku_extreme_like_train.csv", 1000)]
    [InlineData("sudoku_extreme_like_test.csv", 2000)]
    public void Every_question_has_one_solution_and_it_is_the_answer(string file, int count)
    {
        var puzzles = SudokuCsv.ReadAll(SampleData.PathOf(file), SudokuShape.Nine);

        puzzles.Should().HaveCount(count);
        foreach (var puzzle in puzzles)
        {
            SudokuSearch.TrySolve(puzzle.Question, out var solution).Should().BeTrue();
            solution.Should().Be(puzzle.Answer);
            SudokuSearch.HasOneSolution(puzzle.Question).Should().BeTrue("line {0} has one solution", puzzle.Line);
        }
    }

    [Fact]
    public void No_two_solutions_are_equivalent_so_that_training_and_test_are_disjoint()
    {
        var canonicalForm = new SudokuCanonicalForm(SudokuShape.Nine);

        SampleData.SudokuFiles
            .SelectMany(file => SudokuCsv.Read(SampleData.PathOf(file), SudokuShape.Nine))
            .Select(puzzle => canonicalForm.Of(puzzle.Answer))
            .Should().OnlyHaveUniqueItems();
    }
}
