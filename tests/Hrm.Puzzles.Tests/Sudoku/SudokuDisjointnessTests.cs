namespace Hrm.Puzzles.Tests;

public class SudokuDisjointnessTests
{
    [Fact]
    public void Find_reports_each_test_puzzle_with_its_first_equivalent()
    {
        var random = new Random(1);
        var generator = new SudokuGenerator(SudokuShape.Nine, random);
        SudokuPuzzle[] training = [.. Enumerable.Range(0, 6).Select(_ => generator.NextPuzzle(40))];
        var hidden = Variant(training[3], random);
        var other = generator.NextPuzzle(40);

        var pairs = SudokuDisjointness.Find([.. training, Variant(training[3], random)], [other, hidden, generator.NextPuzzle(training[1].Answer, 30)]);

        pairs.Select(pair => pair.Training).Should().Equal(training[3], training[1]);
        pairs[0].Test.Should().BeSameAs(hidden);
    }

    [Fact]
    public void Training_and_test_files_of_the_samples_are_disjoint()
    {
        SudokuDisjointness.Find(Sample("sudoku_extreme_like_train.csv"), Sample("sudoku_extreme_like_test.csv")).Should().BeEmpty();
        SudokuDisjointness.Find(Sample("sudoku_easy_train.csv"), Sample("sudoku_easy_test.csv")).Should().BeEmpty();

        static IEnumerable<SudokuPuzzle> Sample(string file) => SudokuCsv.Read(SampleData.PathOf(file), SudokuShape.Nine);
    }

    [Fact]
    public void Find_of_nothing_is_nothing_and_another_shape_is_refused()
    {
        var four = new SudokuGenerator(SudokuShape.Four, new Random(2)).NextPuzzle(8);
        var six = new SudokuGenerator(SudokuShape.Six, new Random(2)).NextPuzzle(18);

        SudokuDisjointness.Find([], [four]).Should().BeEmpty();
        SudokuDisjointness.Find([four], []).Should().BeEmpty();
        FluentActions.Invoking(() => SudokuDisjointness.Find([four], [six])).Should().Throw<ArgumentException>();
    }

    private static SudokuPuzzle Variant(SudokuPuzzle puzzle, Random random)
    {
        var symmetry = SudokuSymmetry.Random(puzzle.Shape, random);
        return new SudokuPuzzle(symmetry.Apply(puzzle.Question), symmetry.Apply(puzzle.Answer));
    }
}
