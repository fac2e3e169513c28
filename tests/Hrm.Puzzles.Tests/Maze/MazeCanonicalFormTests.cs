using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class MazeCanonicalFormTests
{
    [Property(MaxTest = 200)]
    public void All_eight_images_have_the_same_form_and_it_is_one_of_them(int seed)
    {
        var layout = RandomMaze.Of(new Random(seed)).Layout;
        var images = DihedralTransform.All.Select(layout.Transform).ToArray();

        var form = MazeCanonicalForm.Of(layout);

        images.Select(MazeCanonicalForm.Of).Distinct().Should().Equal(form);
        images.Should().Contain(form);
    }

    [Fact]
    public void The_512_layouts_of_3x3_are_102_up_to_symmetry() =>
        // Burnside: (512 + 2·8 + 32 + 4·64) / 8.
        Enumerable.Range(0, 512)
            .Select(bits => new MazeLayout(MazeShape.Square(3), [.. Enumerable.Range(0, 9).Select(cell => (bits >> cell & 1) == 1)]))
            .Select(MazeCanonicalForm.Of)
            .Distinct().Should().HaveCount(102);

    [Fact]
    public void The_form_reads_least_with_free_cells_first_and_the_fewest_rows()
    {
        MazeCanonicalForm.Of(MazeGrid.Parse("#S  G    ")).ToString().Should().Be("        #");
        MazeCanonicalForm.Of(MazeGrid.Parse("#SG ", new MazeShape(4, 1))).Should().Be(MazeGrid.Parse("SG #", new MazeShape(1, 4)).Layout);
    }

    [Fact]
    public void Start_and_goal_do_not_count() =>
        MazeCanonicalForm.Of(MazeGrid.Parse("SG # ### ")).Should().Be(MazeCanonicalForm.Of(MazeGrid.Parse("GS # ### ")));
}
