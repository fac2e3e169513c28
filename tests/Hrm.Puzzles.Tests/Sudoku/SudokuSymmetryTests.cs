using System.Numerics;
using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class SudokuSymmetryTests
{
    private static readonly SudokuShape[] Shapes = [SudokuShape.Four, SudokuShape.Six, new(3, 2), SudokuShape.Nine, SudokuShape.OfSide(8)];

    [Property(MaxTest = 200)]
    public void Apply_keeps_a_solution_a_solution(int seed)
    {
        var (shape, random) = Draw(seed);
        var puzzle = new SudokuGenerator(shape, random).NextPuzzle(shape.Cells / 2);
        var symmetry = SudokuSymmetry.Random(shape, random);

        var question = symmetry.Apply(puzzle.Question);
        var answer = symmetry.Apply(puzzle.Answer);

        SudokuChecker.IsSolution(question, answer).Should().BeTrue();
        question.GivenCount.Should().Be(puzzle.Question.GivenCount);
        SudokuSearch.HasOneSolution(question).Should().BeTrue();
    }

    [Property(MaxTest = 200)]
    public void Then_is_one_after_the_other_and_stays_in_the_group(int seed)
    {
        var (shape, random) = Draw(seed);
        var first = SudokuSymmetry.Random(shape, random);
        var second = SudokuSymmetry.Random(shape, random);
        var grid = Scramble(shape, random);

        var both = first.Then(second);

        both.Apply(grid).Should().Be(second.Apply(first.Apply(grid)));
        SudokuSymmetry.Create(shape, both.Rows, both.Columns, both.Digits, both.IsTransposed).Should().Be(both);
    }

    [Property(MaxTest = 200)]
    public void Inverse_undoes_on_either_side(int seed)
    {
        var (shape, random) = Draw(seed);
        var symmetry = SudokuSymmetry.Random(shape, random);
        var grid = Scramble(shape, random);

        symmetry.Inverse().Apply(symmetry.Apply(grid)).Should().Be(grid);
        symmetry.Then(symmetry.Inverse()).Should().Be(SudokuSymmetry.Identity(shape));
        symmetry.Inverse().Then(symmetry).Should().Be(SudokuSymmetry.Identity(shape));
    }

    [Property(MaxTest = 200)]
    public void Then_is_associative_and_inverts_in_reverse_order(int seed)
    {
        var (shape, random) = Draw(seed);
        var (a, b, c) = (SudokuSymmetry.Random(shape, random), SudokuSymmetry.Random(shape, random), SudokuSymmetry.Random(shape, random));

        a.Then(b).Then(c).Should().Be(a.Then(b.Then(c)));
        a.Then(b).Inverse().Should().Be(b.Inverse().Then(a.Inverse()));
        a.Then(SudokuSymmetry.Identity(shape)).Should().Be(a);
        SudokuSymmetry.Identity(shape).Then(a).Should().Be(a);
    }

    [Property(MaxTest = 100)]
    public void Apply_takes_the_only_solution_to_the_only_solution(int seed)
    {
        var (shape, random) = Draw(seed);
        var puzzle = new SudokuGenerator(shape, random).NextPuzzle(shape.Cells / 2);
        var symmetry = SudokuSymmetry.Random(shape, random);

        SudokuSearch.TrySolveUniquely(symmetry.Apply(puzzle.Question), out var solution).Should().BeTrue();

        solution.Should().Be(symmetry.Apply(puzzle.Answer));
    }

    [Fact]
    public void Apply_follows_its_formula()
    {
        var grid = SudokuGrid.Parse("12.............3", SudokuShape.Four);
        byte[] rows = [3, 2, 0, 1], columns = [0, 1, 2, 3], digits = [0, 2, 3, 4, 1];

        SudokuSymmetry.Create(SudokuShape.Four, rows, columns, digits, isTransposed: false).Apply(grid)
            .ToString().Should().Be("...4" + "...." + "23.." + "....");
        SudokuSymmetry.Create(SudokuShape.Four, rows, columns, digits, isTransposed: true).Apply(grid)
            .ToString().Should().Be("...4" + "...." + "2..." + "3...");
    }

    [Theory]
    [InlineData(4, "3072")]
    [InlineData(6, "2488320")]
    [InlineData(9, "1218998108160")]
    public void GroupOrder_is_the_known_one(int side, string expected) =>
        SudokuSymmetry.GroupOrder(SudokuShape.OfSide(side)).Should().Be(BigInteger.Parse(expected));

    [Fact]
    public void Random_reaches_every_element_of_the_group()
    {
        var random = new Random(7);

        Enumerable.Range(0, 60_000).Select(_ => SudokuSymmetry.Random(SudokuShape.Four, random)).Distinct()
            .Should().HaveCount((int)SudokuSymmetry.GroupOrder(SudokuShape.Four));
    }

    [Fact]
    public void Random_is_the_same_for_the_same_seed() =>
        SudokuSymmetry.Random(SudokuShape.Nine, new Random(8)).Should().Be(SudokuSymmetry.Random(SudokuShape.Nine, new Random(8)));

    [Theory]
    [InlineData("021345", "012345", "0123456", false, "rows: *")]
    [InlineData("012344", "012345", "0123456", false, "rows: *")]
    [InlineData("012345", "013245", "0123456", false, "columns: *")]
    [InlineData("012345", "01234", "0123456", false, "columns: *")]
    [InlineData("012345", "012345", "1023456", false, "digits: *")]
    [InlineData("012345", "012345", "0123456", true, "isTransposed: *")]
    public void Create_refuses_what_is_no_symmetry(string rows, string columns, string digits, bool isTransposed, string message)
    {
        var create = () => SudokuSymmetry.Create(SudokuShape.Six, Parse(rows), Parse(columns), Parse(digits), isTransposed);

        create.Should().Throw<ArgumentException>().WithMessage(message);

        static byte[] Parse(string text) => [.. text.Select(c => (byte)(c - '0'))];
    }

    [Fact]
    public void Apply_to_another_shape_is_refused()
    {
        var symmetry = SudokuSymmetry.Identity(SudokuShape.Six);

        symmetry.Invoking(s => s.Apply(SudokuGrid.Empty(new SudokuShape(3, 2)))).Should().Throw<ArgumentException>();
        symmetry.Invoking(s => s.Apply(new byte[36], new byte[35])).Should().Throw<ArgumentException>().WithMessage("*expected 36 digits, got 36 and 35*");
    }

    private static (SudokuShape Shape, Random Random) Draw(int seed)
    {
        var random = new Random(seed);
        return (Shapes[random.Next(Shapes.Length)], random);
    }

    /// <summary>Any digits at all, so that a wrong cell or label cannot hide behind the rules.</summary>
    private static SudokuGrid Scramble(SudokuShape shape, Random random) =>
        SudokuGrid.FromDigits([.. Enumerable.Range(0, shape.Cells).Select(_ => (byte)random.Next(shape.Side + 1))], shape);
}
