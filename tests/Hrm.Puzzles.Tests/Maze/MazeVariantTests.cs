using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

public class MazeVariantTests
{
    /// <summary>The folders that the authors' builder wrote from a folder <c>raw</c>.</summary>
    public static TheoryData<string> Built =>
        [.. GoldenFolders.Cases("datasets").Where(IsMaze).SelectMany(folder => Directory.EnumerateDirectories(folder, "built*")).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Built))]
    [Trait("Category", "Golden")]
    public void The_groups_equal_those_of_the_authors_builder(string built)
    {
        var task = new MazeTask(MazeShape.Square(30));
        var isAugmented = Path.GetFileName(built).Contains("aug", StringComparison.Ordinal);

        Examples("train").Select(example => isAugmented ? PuzzleGroup.Of(task.VariantsOf(example)) : PuzzleGroup.Of(example)).ToArray().ShouldEqual(Path.Combine(built, "train"));
        Examples("test").Select(PuzzleGroup.Of).ToArray().ShouldEqual(Path.Combine(built, "test"));

        IEnumerable<PuzzleExample> Examples(string split) => MazeCsv.Read(Path.Combine(Path.GetDirectoryName(built)!, "raw", $"{split}.csv")).Select(task.ToExample);
    }

    [Theory]
    [InlineData(3, 3, 8)]
    [InlineData(2, 4, 4)]
    public void Variants_are_all_different_symmetries_of_the_shape(int rows, int columns, int count)
    {
        var maze = MazeGrid.Parse(columns == 3 ? "SG ##    " : "S #G    ", new MazeShape(rows, columns));
        var task = new MazeTask(maze.Shape);

        var variants = task.VariantsOf(task.ToExample(MazePuzzle.Of(maze))).ToArray();

        variants.Select(variant => task.DecodeQuestion(variant.Inputs)).Should().OnlyHaveUniqueItems().And.HaveCount(count);
        variants[0].Inputs.Should().Equal(task.Encode(maze));
    }

    private static bool IsMaze(string folder) => Path.GetFileName(folder).StartsWith("maze", StringComparison.Ordinal);
}
