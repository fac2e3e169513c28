using FsCheck.Xunit;
using Hrm.Core;

namespace Hrm.Puzzles.Tests;

public class SudokuCanonicalFormTests
{
    [Fact]
    public void The_288_grids_form_classes_of_192_and_96()
    {
        var canonicalForm = new SudokuCanonicalForm(SudokuShape.Four);

        SudokuSearch.Solutions(SudokuGrid.Empty(SudokuShape.Four)).GroupBy(canonicalForm.Of).Select(symmetric => symmetric.Count())
            .Should().BeEquivalentTo([192, 96]);
    }

    [Fact]
    public void The_form_is_the_least_image_under_all_symmetries()
    {
        var canonicalForm = new SudokuCanonicalForm(SudokuShape.Four);

        foreach (var grid in SudokuSearch.Solutions(SudokuGrid.Empty(SudokuShape.Four)).Where((_, i) => i % 17 == 0))
        {
            canonicalForm.Of(grid).ToString().Should().Be(Images(grid).Min(StringComparer.Ordinal));
        }
    }

    [Property(MaxTest = 60)]
    public void Symmetric_grids_have_the_same_form(int seed)
    {
        var random = new Random(seed);
        SudokuShape[] shapes = [SudokuShape.Six, new(3, 2), SudokuShape.OfSide(8), SudokuShape.Nine];
        var shape = shapes[random.Next(shapes.Length)];
        var canonicalForm = new SudokuCanonicalForm(shape);
        var grid = new SudokuGenerator(shape, random).NextGrid();

        canonicalForm.Of(Variant(grid, random)).Should().Be(canonicalForm.Of(grid));
    }

    [Fact]
    public void A_grid_that_is_not_solved_and_a_larger_side_are_refused()
    {
        FluentActions.Invoking(() => new SudokuCanonicalForm(SudokuShape.Four).Of(SudokuGrid.Empty(SudokuShape.Four)))
            .Should().Throw<ArgumentException>().WithMessage("grid: expected a solved grid*");
        FluentActions.Invoking(() => new SudokuCanonicalForm(SudokuShape.OfSide(12))).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static SudokuGrid Variant(SudokuGrid grid, Random random)
    {
        var task = new SudokuTask(grid.Shape);
        return task.Decode(task.DrawSymmetry(random).Apply(task.Encode(grid)));
    }

    /// <summary>All images of a grid: the closure of its image under random symmetries.</summary>
    private static HashSet<string> Images(SudokuGrid grid)
    {
        var random = new Random(9);
        var task = new SudokuTask(grid.Shape);
        IPuzzleSymmetry[] generators = [.. Enumerable.Range(0, 8).Select(_ => task.DrawSymmetry(random))];
        var images = new HashSet<string> { grid.ToString() };
        var open = new Queue<int[]>([task.Encode(grid)]);
        while (open.TryDequeue(out var tokens))
        {
            foreach (var image in generators.Select(symmetry => symmetry.Apply(tokens)).Where(image => images.Add(task.Decode(image).ToString())))
            {
                open.Enqueue(image);
            }
        }

        return images;
    }
}
