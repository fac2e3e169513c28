namespace Hrm.Puzzles.Tests;

public class SampleMazeTests
{
    [Fact]
    public void Every_label_is_the_path_of_the_path_finder_and_all_layouts_differ_up_to_symmetry()
    {
        string[] files = ["maze_30x30_hard_train.csv", "maze_30x30_hard_test.csv"];
        var puzzles = files.SelectMany(file => MazeCsv.Read(SampleData.PathOf(file))).ToArray();

        puzzles.Should().HaveCount(2000);
        puzzles.Select(puzzle => puzzle.Question.CanonicalLayout()).ToHashSet().Should().HaveCount(2000);
        foreach (var puzzle in puzzles)
        {
            puzzle.Question.FindShortestPath().Should().Be(puzzle.Answer, "of line {0}", puzzle.Line);
            puzzle.PathCells.Should().BeGreaterThanOrEqualTo(MazeGenerator.HardPathCells);
            puzzle.Rating.Should().Be(puzzle.PathCells);
        }
    }
}
