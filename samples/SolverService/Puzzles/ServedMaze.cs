using Hrm.Core;
using Hrm.Puzzles;

namespace Hrm.Samples.SolverService;

/// <summary>Square mazes of one size.</summary>
internal sealed class ServedMaze : IServedPuzzle
{
    private const int ExampleCount = 3;

    private readonly MazeTask _task;

    public ServedMaze(int side)
    {
        _task = new MazeTask(MazeShape.Square(side));
        Examples = [.. new MazeGenerator(_task.Shape, side, new StatefulRandom(1)).Generate(ExampleCount).Select(puzzle => puzzle.Question.ToString())];
    }

    public string Kind => "maze";

    public int Side => _task.Shape.Rows;

    public int BoxRows => 0;

    public string Symbols => " #SG";

    public IReadOnlyList<string> Examples { get; }

    public int[] Encode(string text)
    {
        try
        {
            var maze = _task.Parse(text);
            return MazePathFinder.Solve(maze) is not null
                ? _task.Encode(maze)
                : throw new InvalidPuzzleException(
                    $"expected a way from the start in {_task.Shape.NameOf(maze.Start)} to the goal in {_task.Shape.NameOf(maze.Goal)}, got none",
                    [maze.Start, maze.Goal]);
        }
        catch (PuzzleFormatException error)
        {
            throw new InvalidPuzzleException(error.Problem, [], error);
        }
    }

    public string Decode(int[] prediction) => _task.Decode(prediction).ToString();

    public bool IsSolution(int[] inputs, int[] prediction) => _task.IsSolution(inputs, prediction);

    public override string ToString() => $"mazes of {_task.Shape}";
}
