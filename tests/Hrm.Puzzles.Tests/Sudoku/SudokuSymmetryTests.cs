using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class SudokuSymmetryTests
{
    private static readonly SudokuShape[] Shapes = [SudokuShape.Four, SudokuShape.Six, new(3, 2), SudokuShape.Nine, SudokuShape.OfSide(8)];

    [Property(MaxTest = 200)]
    public void Apply_maps_the_only_solution_to_the_only_solution(int seed)
    {
        var (task, random) = Draw(seed);
        var puzzle = new SudokuGenerator(task.Shape, random).NextPuzzle(task.Shape.Cells / 2);
        var symmetry = task.DrawSymmetry(random);

        var question = task.DecodeExample(symmetry.Apply(task.Encode(puzzle.Question)));

        question.GivenCount.Should().Be(puzzle.Question.GivenCount);
        SudokuSearch.Solutions(question).Should().Equal(task.Decode(symmetry.Apply(task.Encode(puzzle.Answer))));
    }

    [Property(MaxTest = 200)]
    public void Undo_inverts_Apply_for_any_digits(int seed)
    {
        var (task, random) = Draw(seed);
        var symmetry = task.DrawSymmetry(random);
        int[] tokens = [.. Enumerable.Range(0, task.SequenceLength).Select(_ => random.Next(1, task.VocabularySize))];

        symmetry.Undo(symmetry.Apply(tokens)).Should().Equal(tokens);
        symmetry.Apply(symmetry.Undo(tokens)).Should().Equal(tokens);
        tokens[random.Next(tokens.Length)] = 0;
        symmetry.Undo(tokens).Should().OnlyContain(token => token > 0 && token < task.VocabularySize, "a model can predict padding");
    }

    [Theory]
    [InlineData(false, "...4" + "...." + "23.." + "....")]
    [InlineData(true, "...4" + "...." + "2..." + "3...")]
    public void Apply_follows_its_formula(bool isTransposed, string expected)
    {
        var task = new SudokuTask(SudokuShape.Four);
        var symmetry = new SudokuSymmetry(SudokuShape.Four, rows: [3, 2, 0, 1], columns: [0, 1, 2, 3], digits: [0, 2, 3, 4, 1], isTransposed);
        var image = new int[16];

        symmetry.Apply(task.Parse("12.............3"), image);

        task.Format(image).Should().Be(expected);
    }

    [Fact]
    public void Random_reaches_all_3072_elements_of_the_4x4_group()
    {
        var random = new Random(7);
        // No symmetry leaves these tokens unchanged, so that the images count the elements.
        int[] tokens = [2, 2, 3, 4, 5, 2, 2, 1, 1, 3, 3, 1, 1, 4, 5, 1];
        var task = new SudokuTask(SudokuShape.Four);

        Enumerable.Range(0, 60_000).Select(_ => string.Concat(task.DrawSymmetry(random).Apply(tokens))).Distinct().Should().HaveCount(3072);
    }

    private static (SudokuTask Task, Random Random) Draw(int seed)
    {
        var random = new Random(seed);
        return (new SudokuTask(Shapes[random.Next(Shapes.Length)]), random);
    }
}
