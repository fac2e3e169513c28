namespace Hrm.Puzzles.Tests;

public class SampleMazeTests
{
    private static readonly string[] Files = ["maze_30x30_hard_train.csv", "maze_30x30_hard_test.csv"];

    public static TheoryData<string> Names => [.. Files];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_label_is_the_path_that_the_solver_takes_cell_by_cell(string file)
    {
        var solver = new MazePathFinder(MazeShape.Thirty);
        var puzzles = MazeCsv.ReadAll(SampleData.PathOf(file));

        puzzles.Should().HaveCount(1000);
        foreach (var puzzle in puzzles)
        {
            solver.Solve(puzzle.Question).Should().Be(puzzle.Answer, "of line {0}", puzzle.Line);
            puzzle.PathCells.Should().BeGreaterThanOrEqualTo(MazeGenerator.HardPathCells);
            puzzle.Rating.Should().Be(puzzle.PathCells);
        }
    }

    [Fact]
    public void All_layouts_differ_also_when_turned_and_mirrored() =>
        Files.SelectMany(file => MazeCsv.Read(SampleData.PathOf(file)))
            .Select(puzzle => MazeCanonicalForm.Of(puzzle.Question))
            .ToHashSet().Should().HaveCount(2000);
}
