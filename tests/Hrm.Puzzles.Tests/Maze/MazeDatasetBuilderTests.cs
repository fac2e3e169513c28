using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

public class MazeDatasetBuilderTests
{
    private static readonly MazePuzzle[] Puzzles = [.. new MazeGenerator(MazeShape.Square(6), 6, new StatefulRandom(1)).Generate(20)];

    /// <summary>The folders that the authors' builder wrote from a folder <c>raw</c>.</summary>
    public static TheoryData<string> Built =>
        [.. GoldenFolders.Cases("datasets").Where(IsMaze).SelectMany(folder => Directory.EnumerateDirectories(folder, "built*")).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Built))]
    [Trait("Category", "Golden")]
    public void The_groups_equal_those_of_the_authors_builder(string built)
    {
        var raw = Path.Combine(Path.GetDirectoryName(built)!, "raw");
        var builder = new MazeDatasetBuilder(MazeShape.Square(30), new() { Augment = Path.GetFileName(built).Contains("aug", StringComparison.Ordinal) });

        builder.BuildTraining(MazeCsv.Read(Path.Combine(raw, "train.csv")), new StatefulRandom(1)).ToArray().ShouldEqual(Path.Combine(built, "train"));
        builder.BuildTest(MazeCsv.Read(Path.Combine(raw, "test.csv"))).ToArray().ShouldEqual(Path.Combine(built, "test"));
    }

    [Fact]
    public void The_seed_draws_training_mazes_without_replacement()
    {
        Drawn(seed: 1).Should().HaveCount(7).And.OnlyHaveUniqueItems().And.BeSubsetOf(Puzzles.Select(puzzle => puzzle.Question));
        Drawn(seed: 1).Should().Equal(Drawn(seed: 1)).And.NotEqual(Drawn(seed: 2));
        Enumerable.Range(0, 200).SelectMany(seed => Drawn(seed)).Distinct().Should().HaveCount(20);

        static MazeGrid[] Drawn(long seed)
        {
            var builder = new MazeDatasetBuilder(MazeShape.Square(6), new() { TrainingPuzzles = 7 });
            return Questions(builder, builder.BuildTraining(Puzzles, new StatefulRandom(seed)));
        }
    }

    [Fact]
    public void Short_paths_and_repeated_layouts_are_dropped_from_both_parts_on_request()
    {
        MazePuzzle[] puzzles = [.. Puzzles, MazePuzzle.Of(Puzzles[3].Question.Transform(DihedralTransform.Of(1)))];
        var least = Puzzles.Min(puzzle => puzzle.PathCells) + 1;
        var expected = Puzzles.Where(puzzle => puzzle.PathCells >= least).Select(puzzle => puzzle.Question).ToArray();
        var builder = new MazeDatasetBuilder(MazeShape.Square(6), new() { MinimumPathCells = least, DropDuplicates = true });

        expected.Length.Should().BeInRange(1, 19);
        Questions(builder, builder.BuildTraining(puzzles, new StatefulRandom(1))).Should().Equal(expected);
        Questions(builder, builder.BuildTest(puzzles)).Should().Equal(expected);
        new MazeDatasetBuilder(MazeShape.Square(6)).BuildTest(puzzles).Should().HaveCount(21);
    }

    [Fact]
    public void A_maze_of_another_shape_is_reported_with_its_line()
    {
        var puzzle = new MazePuzzle(MazeGrid.Parse("SG  "), MazeGrid.Parse("SG  "), line: 7);

        FluentActions.Invoking(() => new MazeDatasetBuilder(MazeShape.Square(6)).BuildTest([puzzle]))
            .Should().Throw<HrmFormatException>().WithMessage("line 7, question: expected a maze of 6x6, got one of 2x2");
    }

    [Fact]
    public void All_bad_options_are_reported_at_once_and_the_defaults_are_those_of_the_paper()
    {
        var options = new MazeDatasetOptions();

        (options.TrainingPuzzles, options.Augment, options.MinimumPathCells, options.DropDuplicates).Should().Be((null, false, 0, false));
        FluentActions.Invoking(() => new MazeDatasetBuilder(MazeShape.Square(30), new() { TrainingPuzzles = 0, MinimumPathCells = -1 }))
            .Should().Throw<InvalidConfigException>()
            .WithMessage("maze dataset options: TrainingPuzzles: expected 1 … 2147483647, got 0; MinimumPathCells: expected 0 … 2147483647, got -1.");
    }

    private static bool IsMaze(string folder) => Path.GetFileName(folder).StartsWith("maze", StringComparison.Ordinal);

    private static MazeGrid[] Questions(MazeDatasetBuilder builder, IEnumerable<PuzzleGroup> groups) =>
        [.. groups.Select(group => builder.Task.DecodeQuestion(group.Puzzles.Single().Single().Inputs))];
}
