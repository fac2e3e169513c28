using Hrm.Core;

namespace Hrm.Puzzles.Tests;

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
        var turned = MazePuzzle.Of(Puzzles[0].Question.Transform(DihedralTransform.Of(3)));
        var mirrored = MazePuzzle.Of(Puzzles[2].Question.Transform(DihedralTransform.Of(6)));

        var split = MazeSplit.ByLayout([.. Puzzles, turned, mirrored], 4);

        split.Training.Should().Equal(Puzzles[0], turned, Puzzles[1]);
        split.Test.Should().Equal([Puzzles[2], mirrored, .. Puzzles[3..]]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(11)]
    public void A_size_out_of_range_is_rejected(int training) =>
        FluentActions.Invoking(() => MazeSplit.ByLayout(Puzzles, training)).Should().Throw<ArgumentOutOfRangeException>();
}
