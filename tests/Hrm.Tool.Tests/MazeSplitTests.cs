using Hrm.Core;
using Hrm.Puzzles;

namespace Hrm.Tool.Tests;

public class MazeSplitTests
{
    private static readonly MazePuzzle[] Puzzles = [.. new MazeGenerator(MazeShape.Square(6), 6, new StatefulRandom(1)).Generate(10)];

    [Fact]
    public void The_first_layouts_are_training_puzzles_and_the_rest_test_puzzles()
    {
        var split = MazeSplit.ByLayout(Puzzles, 7);

        split.Training.Should().Equal(Puzzles[..7]);
        split.Test.Should().Equal(Puzzles[7..]);
    }

    [Fact]
    public void A_layout_is_never_in_both_parts_including_its_rotations()
    {
        var turned = Turned(Puzzles[0], 3);
        var mirrored = Turned(Puzzles[2], 6);

        var split = MazeSplit.ByLayout([.. Puzzles, turned, mirrored], 4);

        split.Training.Should().Equal(Puzzles[0], turned, Puzzles[1]);
        split.Test.Should().Equal([Puzzles[2], mirrored, .. Puzzles[3..]]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(11)]
    public void A_size_out_of_range_is_rejected(int training) =>
        FluentActions.Invoking(() => MazeSplit.ByLayout(Puzzles, training)).Should().Throw<ArgumentOutOfRangeException>();

    /// <summary>A maze after one of its symmetries.</summary>
    internal static MazePuzzle Turned(MazePuzzle maze, int symmetry)
    {
        var task = new MazeTask(maze.Shape);
        return MazePuzzle.Of(task.DecodeQuestion(task.VariantsOf(task.ToExample(maze)).ElementAt(symmetry).Inputs));
    }
}
