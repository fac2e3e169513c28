namespace Hrm.Puzzles.Tests;

public class SampleMazeTests
{
    [Theory]
    [InlineData("maze_30x30_hard_train.csv")]
    [InlineData("maze_30x30_hard_test.csv")]
    public void Every_label_equals_the_path_of_the_path_finder_cell_by_cell(string file)
    {
        var puzzles = MazeCsv.Read(SampleData.PathOf(file)).ToArray();

        puzzles.Should().HaveCount(1000);
        foreach (var puzzle in puzzles)
        {
            puzzle.Question.FindShortestPath().Should().Be(puzzle.Answer, "of line {0}", puzzle.Line);
            puzzle.PathCells.Should().BeGreaterThanOrEqualTo(MazeGenerator.HardPathCells);
            puzzle.Rating.Should().Be(puzzle.PathCells);
        }
    }

    [Fact]
    public void All_layouts_differ_up_to_symmetry() =>
        new[] { "maze_30x30_hard_train.csv", "maze_30x30_hard_test.csv" }.SelectMany(file => MazeCsv.Read(SampleData.PathOf(file)))
            .Select(puzzle => puzzle.Question.CanonicalLayout())
            .ToHashSet().Should().HaveCount(2000);
}
