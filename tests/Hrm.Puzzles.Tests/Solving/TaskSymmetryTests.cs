using FsCheck.Xunit;
using Hrm.Core;

namespace Hrm.Puzzles.Tests;

/// <summary>A symmetry asks the same thing in another way: its answer, changed back, answers the question.</summary>
public class TaskSymmetryTests
{
    [Property(MaxTest = 200)]
    public void A_solution_of_the_transformed_sudoku_is_a_solution_after_undoing(int seed)
    {
        var random = new StatefulRandom(seed);
        var task = new SudokuTask(SudokuShape.Four);
        var puzzle = new SudokuGenerator(SudokuShape.Four, random).NextPuzzle(6);
        var (inputs, labels) = (task.Encode(puzzle.Question), task.Encode(puzzle.Answer));
        var symmetry = task.DrawSymmetry(random);
        var (askedInputs, askedLabels) = (symmetry.Apply(inputs), symmetry.Apply(labels));
        task.IsSolution(askedInputs, askedLabels).Should().BeTrue();
        symmetry.Undo(askedLabels).Should().Equal(labels);
        symmetry.Undo(askedInputs).Should().Equal(inputs);
    }

    [Property(MaxTest = 100)]
    public void A_path_through_the_transformed_maze_is_a_path_after_undoing(int seed)
    {
        var random = new StatefulRandom(seed);
        var task = new MazeTask(MazeShape.Square(6), symmetries: false);
        var puzzle = new MazeGenerator(task.Shape, 6, random).NextPuzzle();
        var (inputs, labels) = (task.Encode(puzzle.Question), task.Encode(puzzle.Answer));
        var symmetry = task.DrawSymmetry(random);
        task.IsSolution(symmetry.Apply(inputs), symmetry.Apply(labels)).Should().BeTrue();
        symmetry.Undo(symmetry.Apply(labels)).Should().Equal(labels);
    }

    [Fact]
    public void The_symmetry_of_any_predicted_tokens_can_be_undone()
    {
        var random = new StatefulRandom(1);
        var (sudoku, maze) = (new SudokuTask(SudokuShape.Four), new MazeTask(MazeShape.Square(4)));
        for (var round = 0; round < 100; round++)
        {
            int[] tokens = [.. Enumerable.Range(0, 16).Select(_ => random.Next(6))];
            sudoku.DrawSymmetry(random).Undo(tokens).Should().HaveCount(16).And.OnlyContain(token => token > 0 && token < 6);
            maze.DrawSymmetry(random).Undo(tokens).Order().Should().Equal(tokens.Order());
        }
    }

    [Fact]
    public void More_than_one_symmetry_is_drawn()
    {
        var random = new StatefulRandom(1);
        var (sudoku, maze) = (new SudokuTask(SudokuShape.Four), new MazeTask(MazeShape.Square(4)));
        int[] tokens = [1, 2, 3, 4, 5, 1, 2, 2, 1, 3, 3, 1, 4, 5, 2, 1];
        Enumerable.Range(0, 50).Select(_ => string.Join(',', sudoku.DrawSymmetry(random).Apply(tokens))).Distinct().Should().HaveCountGreaterThan(40);
        Enumerable.Range(0, 100).Select(_ => string.Join(',', maze.DrawSymmetry(random).Apply(tokens))).Distinct().Should().HaveCount(8);
    }
}
