using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class MazeCanonicalFormTests
{
    [Property(MaxTest = 200)]
    public void All_images_have_the_same_canonical_form_and_it_is_one_of_them(int seed)
    {
        var maze = RandomMaze.Of(new Random(seed));
        var images = DihedralTransform.All.Select(transform => maze.Transform(transform).Layout).ToArray();

        var form = maze.Layout.ToCanonical();

        images.Select(layout => layout.ToCanonical()).Distinct().Should().Equal(form);
        images.Should().Contain(form);
    }

    [Fact]
    public void The_3x3_layouts_have_102_canonical_forms() =>
        // Burnside: (512 + 2·8 + 32 + 4·64) / 8.
        Enumerable.Range(0, 512)
            .Select(bits => new MazeLayout(MazeShape.Square(3), [.. Enumerable.Range(0, 9).Select(cell => (bits >> cell & 1) == 1)]))
            .Select(layout => layout.ToCanonical())
            .Distinct().Should().HaveCount(102);

    [Fact]
    public void The_canonical_form_is_the_least_with_the_fewest_rows_and_free_cells_first()
    {
        MazeGrid.Parse("#S  G    ").Layout.ToCanonical().Should().Be(MazeGrid.Parse("SG      #").Layout);
        MazeGrid.Parse("#SG ", new MazeShape(4, 1)).Layout.ToCanonical().Should().Be(MazeGrid.Parse("SG #", new MazeShape(1, 4)).Layout);
    }
}
