using Hrm.Core;
using Hrm.Layers;

namespace Hrm.Puzzles.Tests;

public sealed class PuzzleSolverTests
{
    private const string Conflict = "11..............";
    private const string Legal = "1...........2...";

    [Fact]
    public async Task A_sudoku_is_answered_by_the_prediction_of_the_model()
    {
        using var model = PuzzleModels.Create(16, 6);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 3, Rule = HaltingRule.Never });
        var sudoku = new SudokuSolver(solver);
        var task = new SudokuTask(SudokuShape.Four);
        var question = SudokuGrid.Parse(Legal, SudokuShape.Four);
        var expected = solver.Solve(task.Encode(question));

        var answer = sudoku.Solve(Legal);
        answer.Thinking.Should().BeEquivalentTo(expected);
        answer.Answer.Should().Be(task.Decode(expected.Tokens));
        answer.IsSolution.Should().Be(question.IsSolvedBy(answer.Answer));
        (await sudoku.SolveAsync(question)).Should().BeEquivalentTo(answer);
        var trace = await sudoku.TraceAsync(question).ToArrayAsync();
        trace.Should().HaveCount(3);
        trace[^1].Answer.Should().Be(answer.Answer);
        trace.Select(segment => segment.Segment.Segment).Should().Equal(1, 2, 3);
    }

    [Fact]
    public void An_invalid_sudoku_is_rejected_before_the_model_runs()
    {
        using var model = PuzzleModels.Create(16, 6);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never });
        var sudoku = new SudokuSolver(solver);
        sudoku.Invoking(it => it.Solve(Conflict)).Should().Throw<SudokuRuleException>();
        sudoku.Invoking(it => it.Solve("123")).Should().Throw<PuzzleFormatException>().WithMessage("*16*3*");
        sudoku.Invoking(it => it.Solve("x...............")).Should().Throw<PuzzleFormatException>();
        sudoku.Invoking(it => it.TraceAsync(SudokuGrid.Parse(Conflict, SudokuShape.Four))).Should().Throw<SudokuRuleException>("at the call, not at the first answer");
        solver.Statistics.Solved.Should().Be(0);
    }

    [Theory]
    [InlineData(25, 7)]
    [InlineData(17, 6)]
    [InlineData(16, 7)]
    public void A_model_of_other_puzzles_is_rejected(int tokens, int vocabulary)
    {
        using var model = PuzzleModels.Create(tokens, vocabulary);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never });
        FluentActions.Invoking(() => new SudokuSolver(solver)).Should().Throw<ShapeMismatchException>();
    }

    [Fact]
    public async Task A_maze_is_answered_by_the_prediction_of_the_model()
    {
        using var model = PuzzleModels.Create(25, 6);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 2, Rule = HaltingRule.Never });
        var mazes = new MazeSolver(solver);
        const string Maze = "S # #  #     #   #  #   G";
        var question = MazeGrid.Parse(Maze);
        var task = new MazeTask(MazeShape.Square(5));
        var answer = mazes.Solve(Maze);
        answer.Answer.Should().Be(task.Decode(solver.Solve(task.Encode(question)).Tokens));
        answer.IsSolution.Should().Be(question.IsSolvedBy(answer.Answer));
        (await mazes.SolveAsync(question)).Answer.Should().Be(answer.Answer);
        (await mazes.TraceAsync(question).ToArrayAsync()).Should().HaveCount(2);
        mazes.Invoking(it => it.Solve("# # # ##  #     #   #  #G")).Should().Throw<PuzzleFormatException>().WithMessage("*'S'*");
    }

    [Fact]
    public async Task Variants_of_an_arc_task_vote()
    {
        var tasks = ArcTaskFile.ReadFolder(SampleData.PathOf(Path.Combine("arc_agi_1", "data", "evaluation"))).Take(2).ToArray();
        var dataset = new ArcDatasetBuilder(new() { Augmentations = 3 }).Build([new ArcTaskSet(tasks, isEvaluation: true)]);
        using var model = PuzzleModels.Create(ArcEncoding.SequenceLength, ArcEncoding.VocabularySize, dataset.Identifiers.Count);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never });
        var arc = new ArcSolver(solver, dataset.Identifiers);

        var vote = await arc.SolveAsync(tasks[1]);
        vote.Task.Should().BeSameAs(tasks[1]);
        vote.Tests.Should().HaveCount(tasks[1].Test.Count);
        foreach (var test in vote.Tests)
        {
            test.Candidates.Sum(candidate => candidate.Votes).Should().Be(4, "the task and its three variants");
        }

        var stranger = new ArcTask("stranger", tasks[0].Train, tasks[0].Test);
        await arc.Awaiting(it => it.SolveAsync(stranger)).Should().ThrowAsync<PuzzleFormatException>().WithMessage("stranger*");
        FluentActions.Invoking(() => new ArcSolver(solver, ["<blank>"])).Should().Throw<ShapeMismatchException>();
    }
}
