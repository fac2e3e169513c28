using FsCheck.Xunit;
using Hrm.Core;

namespace Hrm.Puzzles.Tests;

public class MazeTaskTests
{

    private static readonly MazeTask Three = new(MazeShape.Square(3));

    [Fact]
    public void Tokens_are_indices_of_the_characters()
    {
        var puzzle = MazePuzzle.Of(MazeGrid.Parse("#S  #  G "));
        var thirty = new MazeTask(MazeShape.Square(30));

        (thirty.VocabularySize, thirty.SequenceLength).Should().Be((6, 900), "as in the paper");

        Three.Encode(puzzle.Question).Should().Equal(1, 3, 2, 2, 1, 2, 2, 4, 2);
        Three.Encode(puzzle.Answer).Should().Equal(1, 3, 5, 2, 1, 5, 2, 4, 5);
        Three.ToExample(puzzle).Should().BeEquivalentTo(new PuzzleExample(Three.Encode(puzzle.Question), Three.Encode(puzzle.Answer)));
    }

    [Property(MaxTest = 200)]
    public void Solutions_and_layouts_survive_encoding_symmetries_and_augmentation(int seed)
    {
        var random = new Random(seed);
        var puzzle = RandomMaze.Solvable(random);
        var task = new MazeTask(puzzle.Shape);
        var (inputs, labels) = (task.Encode(puzzle.Question), task.Encode(puzzle.Answer));

        task.DecodeQuestion(inputs).Should().Be(puzzle.Question);
        task.Decode(labels).Should().Be(puzzle.Answer);
        var symmetry = task.DrawSymmetry(random);
        symmetry.Undo(symmetry.Apply(labels)).Should().Equal(labels);
        task.IsSolution(symmetry.Apply(inputs), symmetry.Apply(labels)).Should().BeTrue();

        task.Augment(inputs, labels, random);

        task.Decode(labels).Should().Be(task.DecodeQuestion(inputs).FindShortestPath(), "the rule among shortest paths is that of the unturned maze");
        task.DecodeQuestion(inputs).CanonicalLayout().Should().Be(puzzle.Question.CanonicalLayout());
    }

    [Theory]
    [InlineData(3, 3, true, 8)]
    [InlineData(2, 4, true, 4)]
    [InlineData(3, 3, false, 1)]
    public void Augment_draws_every_symmetry_of_the_shape_unless_there_are_none(int rows, int columns, bool symmetries, int count)
    {
        var random = new Random(1);
        var task = new MazeTask(new MazeShape(rows, columns), symmetries);
        var original = task.Parse("S G#" + new string(' ', task.SequenceLength - 4));

        var images = Enumerable.Range(0, 200).Select(_ =>
        {
            var (tokens, labels) = (original.ToArray(), original.ToArray());
            task.Augment(tokens, labels, random);
            labels.SequenceEqual(tokens).Should().Be(!symmetries, "a turned example gets its answer");
            return string.Join(',', tokens);
        }).Distinct().ToArray();

        images.Should().HaveCount(count).And.Contain(string.Join(',', original));
    }

    [Theory]
    [InlineData("SS      G", "expected one 'S', got one in row 1, column 1 and one in row 1, column 2")]
    [InlineData("S  o    G", "expected a wall, a free cell, the start or the goal in row 2, column 1, got a path")]
    public void Parse_accepts_only_questions(string text, string message)
    {
        Three.Invoking(task => task.Parse(text)).Should().Throw<HrmFormatException>().WithMessage(message);
        Three.Format(Three.Parse("S       G")).Should().Be("S       G");
    }

    [Property(MaxTest = 300)]
    public void IsSolution_accepts_any_tokens_of_the_vocabulary(int seed)
    {
        var random = new Random(seed);
        var inputs = Enumerable.Range(0, 9).Select(_ => random.Next(6)).ToArray();
        var prediction = Enumerable.Range(0, 9).Select(_ => random.Next(6)).ToArray();

        // Random tokens solve a random maze with a probability far below one in a million.
        Three.IsSolution(inputs, prediction).Should().BeFalse();
    }

    [Fact]
    public void Any_shortest_path_is_a_solution_and_nothing_else()
    {
        var inputs = Three.Encode(MazeGrid.Parse("S   #   G"));

        Three.IsSolution(inputs, Three.Encode(MazeGrid.Parse("Soo #o  G"))).Should().BeTrue();
        Three.IsSolution(inputs, Three.Encode(MazeGrid.Parse("S  o# ooG"))).Should().BeTrue();
        Three.IsSolution(inputs, inputs).Should().BeFalse();
        Three.IsSolution(new int[9], new int[9]).Should().BeFalse();
    }

    [Theory]
    [InlineData(6, "tokens: expected a token of 0 to 5 in row 2, column 3, got 6")]
    [InlineData(-1, "tokens: expected a token of 0 to 5 in row 2, column 3, got -1")]
    [InlineData(257, "tokens: expected a token of 0 to 5 in row 2, column 3, got 257")]
    [InlineData(0, "expected a wall, a free cell, the start or the goal in row 2, column 3, got padding")]
    [InlineData(5, "expected a wall, a free cell, the start or the goal in row 2, column 3, got a path")]
    [InlineData(2, "expected one 'S', got none")]
    public void Tokens_that_are_not_a_question_are_reported_with_their_cell(int token, string message)
    {
        var tokens = Enumerable.Repeat(2, 9).ToArray();
        tokens[5] = token;

        Three.Invoking(task => task.DecodeQuestion(tokens)).Should().Throw<HrmFormatException>().WithMessage(message);
    }

    [Fact]
    public void Other_shapes_lengths_and_tokens_are_rejected()
    {
        Three.Invoking(task => task.Encode(MazeGrid.Parse("S  G"))).Should().Throw<ArgumentException>().WithMessage("grid: expected 3x3, got 2x2*");
        Three.Invoking(task => task.Decode([2, 2, 2, 2, 2, -100, 2, 2, 2])).Should().Throw<HrmFormatException>().WithMessage("tokens: expected a token of 0 to 5 in row 2, column 3, got -100");
        Three.Invoking(task => task.Decode(new int[8])).Should().Throw<HrmFormatException>().WithMessage("tokens: expected 9 tokens, got 8");
        Three.Invoking(task => task.Augment(new int[9], new int[8], new Random(1))).Should().Throw<ArgumentException>()
            .WithMessage("inputs, labels: expected 9 of each, got 9 and 8*");
    }
}
