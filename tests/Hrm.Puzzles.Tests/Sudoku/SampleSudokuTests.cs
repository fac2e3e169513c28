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
        var puzzles = SudokuCsv.Read(SampleData.PathOf(file), SudokuShape.Nine).ToArray();

        puzzles.Should().HaveCount(count);
        foreach (var puzzle in puzzles)
        {
            SudokuSearch.TrySolveUniquely(puzzle.Question, out var solution).Should().BeTrue("line {0} has one solution", puzzle.Line);
            solution.Should().Be(puzzle.Answer);
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

    [Fact]
    public void Only_puzzles_of_the_hard_lists_are_rated_and_all_of_those_need_guesses()
    {
        foreach (var file in SampleData.SudokuFiles)
        {
            var isHard = file.Contains("extreme", StringComparison.Ordinal);
            var guesses = SudokuCsv.Read(SampleData.PathOf(file), SudokuShape.Nine).Select(puzzle => SudokuSearch.CountGuesses(puzzle.Question)).ToArray();

            guesses.Average().Should().BeInRange(isHard ? 50 : 0, isHard ? 90 : 3, file);
            (guesses.Min() > 0).Should().Be(isHard, file);
        }
    }

    [Fact]
    public void Puzzles_that_naked_singles_solve_need_no_guess() =>
        SudokuCsv.Read(SampleData.PathOf("sudoku_easy_test.csv"), SudokuShape.Nine)
            .Where(puzzle => puzzle.Source == "17_clue_plus_givens")
            .Should().HaveCount(500).And.OnlyContain(puzzle => SudokuSearch.CountGuesses(puzzle.Question, default) == 0);

    [Fact]
    public void Guesses_rank_the_hard_puzzles_similarly_to_the_ratings()
    {
        var puzzles = SampleData.SudokuFiles.Where(file => file.Contains("extreme", StringComparison.Ordinal))
            .SelectMany(file => SudokuCsv.Read(SampleData.PathOf(file), SudokuShape.Nine))
            .ToArray();

        var correlation = Correlation(
            Ranks([.. puzzles.Select(puzzle => puzzle.Rating!.Value)]),
            Ranks([.. puzzles.Select(puzzle => (double)SudokuSearch.CountGuesses(puzzle.Question))]));

        correlation.Should().BeInRange(0.70, 0.80);
    }

    /// <summary>The place of each value among all, equal values sharing the mean of their places.</summary>
    private static double[] Ranks(double[] values)
    {
        var places = values.Order().Select((value, place) => (value, place)).GroupBy(entry => entry.value)
            .ToDictionary(group => group.Key, group => group.Average(entry => entry.place));
        return [.. values.Select(value => places[value])];
    }

    private static double Correlation(double[] first, double[] second)
    {
        var (firstMean, secondMean) = (first.Average(), second.Average());
        var covariance = first.Zip(second, (x, y) => (x - firstMean) * (y - secondMean)).Sum();
        return covariance / Math.Sqrt(first.Sum(x => (x - firstMean) * (x - firstMean)) * second.Sum(y => (y - secondMean) * (y - secondMean)));
    }
}
