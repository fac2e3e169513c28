using Hrm.Core;
using Hrm.Layers;
using TorchSharp;

namespace Hrm.Puzzles.Tests;

public sealed class PuzzleSolverTests
{
    private const string Conflict = "11..............";
    private const string Legal = "1...........2...";

    [Fact]
    public async Task A_sudoku_is_answered_by_the_prediction_of_the_model()
    {
        using var model = CreateModel(16, 6);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 3, Rule = HaltingRule.Never });
        var task = new SudokuTask(SudokuShape.Four);
        var sudoku = new PuzzleSolver(solver, task);
        var expected = solver.Solve(task.Parse(Legal));

        var answer = sudoku.Solve(Legal);
        answer.Thinking.Should().BeEquivalentTo(expected);
        answer.Text.Should().Be(task.Format(expected.Tokens));
        answer.IsSolution.Should().Be(SudokuGrid.Parse(Legal, SudokuShape.Four).IsSolvedBy(task.Decode(expected.Tokens)));
        (await sudoku.SolveAsync(Legal)).Should().BeEquivalentTo(answer);
    }

    [Fact]
    public async Task An_invalid_sudoku_is_rejected_before_the_model_runs()
    {
        using var model = CreateModel(16, 6);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never });
        var sudoku = new PuzzleSolver(solver, new SudokuTask(SudokuShape.Four));
        sudoku.Invoking(it => it.Solve(Conflict)).Should().Throw<HrmFormatException>();
        await sudoku.Awaiting(it => it.SolveAsync(Conflict)).Should().ThrowAsync<HrmFormatException>();
        sudoku.Invoking(it => it.Solve("123")).Should().Throw<HrmFormatException>().WithMessage("*16*3*");
        sudoku.Invoking(it => it.Solve("x...............")).Should().Throw<HrmFormatException>();
        solver.Statistics.Solved.Should().Be(0);
    }

    [Theory]
    [InlineData(25, 7)]
    [InlineData(17, 6)]
    [InlineData(16, 7)]
    public void A_model_of_other_puzzles_is_rejected(int tokens, int vocabulary)
    {
        using var model = CreateModel(tokens, vocabulary);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never });
        FluentActions.Invoking(() => new PuzzleSolver(solver, new SudokuTask(SudokuShape.Four))).Should().Throw<ShapeMismatchException>();
    }

    [Fact]
    public void A_maze_is_answered_by_the_prediction_of_the_model()
    {
        using var model = CreateModel(25, 6);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 2, Rule = HaltingRule.Never });
        const string Maze = "S # #  #     #   #  #   G";
        var task = new MazeTask(MazeShape.Square(5));
        var mazes = new PuzzleSolver(solver, task);
        var answer = mazes.Solve(Maze);
        answer.Text.Should().Be(task.Format(solver.Solve(task.Parse(Maze)).Tokens));
        answer.IsSolution.Should().Be(MazeGrid.Parse(Maze).IsSolvedBy(MazeGrid.Parse(answer.Text.Replace('?', '#'))));
        mazes.Invoking(it => it.Solve("# # # ##  #     #   #  #G")).Should().Throw<HrmFormatException>().WithMessage("*'S'*");
        mazes.Invoking(it => it.Solve("S#                     #G")).Should().NotThrow();
        mazes.Invoking(it => it.Solve("S#   ##                 G")).Should().Throw<HrmFormatException>().WithMessage("*path from the start in row 1, column 1*");
    }

    [Fact]
    public async Task Variants_of_an_arc_task_vote()
    {
        var tasks = ArcTaskFile.ReadSets(SampleData.PathOf(Path.Combine("arc_agi_1", "data"))).Single(set => set.IsEvaluation).Tasks.Take(2).ToArray();
        var dataset = ArcDataset.Build([new ArcTaskSet(tasks, isEvaluation: true)], new() { Augmentations = 3 });
        using var model = CreateModel(ArcEncoding.SequenceLength, ArcEncoding.VocabularySize, dataset.Identifiers.Count);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never });
        var arc = new ArcSolver(solver, dataset.Identifiers);

        var vote = await arc.SolveAsync(tasks[1]);
        vote.Task.Should().BeSameAs(tasks[1]);
        vote.Tests.Should().HaveCount(tasks[1].Test.Count);
        foreach (var test in vote.Tests)
        {
            test.Candidates.Sum(candidate => candidate.Votes).Should().Be(4, "the task and its three variants");
        }

        arc.Knows(tasks[0].Name).Should().BeTrue();
        arc.Knows("stranger").Should().BeFalse();
        var stranger = new ArcTask("stranger", tasks[0].Train, tasks[0].Test);
        await arc.Awaiting(it => it.SolveAsync(stranger)).Should().ThrowAsync<HrmFormatException>().WithMessage("stranger*");
        FluentActions.Invoking(() => new ArcSolver(solver, ["<blank>"])).Should().Throw<ShapeMismatchException>();
    }

    /// <summary>So the rank of the answer is that among the attempts.</summary>
    [Fact]
    public async Task Answers_without_a_grid_are_the_last_candidates()
    {
        var task = new ArcTask("a", [new ArcPair(ArcGrid.Create(1, 1, [1]), ArcGrid.Create(1, 1, [2]))], [new ArcPair(ArcGrid.Create(1, 1, [3]), ArcGrid.Create(1, 1, [4]))]);
        var dataset = ArcDataset.Build([new ArcTaskSet([task], isEvaluation: true)], new() { Augmentations = 8 });
        var mixed = 0;
        for (var seed = 0UL; seed < 6; seed++)
        {
            using var model = CreateModel(ArcEncoding.SequenceLength, ArcEncoding.VocabularySize, dataset.Identifiers.Count, seed);
            using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never });

            var candidates = (await new ArcSolver(solver, dataset.Identifiers).SolveAsync(task)).Tests[0].Candidates;

            candidates.Select(candidate => candidate.Grid is null).Should().BeInAscendingOrder();
            mixed += candidates[^1].Grid is null && candidates[0].Grid is not null && candidates[^1].Votes > candidates[0].Votes ? 1 : 0;
        }

        mixed.Should().BePositive("the votes alone would rank it first");
    }

    [Fact]
    public async Task A_model_without_a_puzzle_table_solves_any_arc_task_as_it_is()
    {
        var task = ArcTaskFile.ReadSets(SampleData.PathOf(Path.Combine("arc_agi_1", "data")))[0].Tasks[0];
        using var model = CreateModel(ArcEncoding.SequenceLength, ArcEncoding.VocabularySize);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never });
        var arc = new ArcSolver(solver, []);

        arc.Knows(task.Name).Should().BeTrue();
        var candidate = (await arc.SolveAsync(task)).Tests[0].Candidates.Should().ContainSingle().Subject;
        candidate.Grid.Should().Be(ArcEncoding.Crop(solver.Solve(ArcEncoding.Encode(task.Test[0].Input)).Tokens.ToArray()));
    }

    [Fact]
    public async Task The_canvas_is_that_of_the_model()
    {
        var task = new ArcTask("a", [new ArcPair(ArcGrid.Parse("1"), ArcGrid.Parse("2"))], [new ArcPair(ArcGrid.Parse("12/34"), null)]);
        using var model = CreateModel(sequenceLength: 9, ArcEncoding.VocabularySize);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 1, Rule = HaltingRule.Never });
        var arc = new ArcSolver(solver, []);

        var candidate = (await arc.SolveAsync(task)).Tests[0].Candidates.Should().ContainSingle().Subject;
        candidate.Grid.Should().Be(ArcEncoding.Crop(solver.Solve(ArcEncoding.Encode(task.Test[0].Input, side: 3)).Tokens.ToArray()));

        var large = new ArcTask("b", [new ArcPair(ArcGrid.Parse("1"), ArcGrid.Parse("2345"))], task.Test);
        await arc.Awaiting(it => it.SolveAsync(large)).Should().ThrowAsync<HrmFormatException>()
            .WithMessage("b: expected grids of at most 3 × 3, the canvas of the model, got a side of 4");
        using var other = CreateModel(sequenceLength: 10, ArcEncoding.VocabularySize);
        using var otherSolver = new HrmSolver(other);
        FluentActions.Invoking(() => new ArcSolver(otherSolver, [])).Should().Throw<ShapeMismatchException>().WithMessage("*n² tokens*of 10, 12 and 1*");
    }

    private static HrmModel CreateModel(int sequenceLength, int vocabularySize, int puzzleIds = 1, ulong seed = 7)
    {
        var config = HrmPresets.Tiny(sequenceLength, vocabularySize) with
        {
            HiddenSize = 16,
            SwiGluInnerWidth = 32,
            PuzzleIdCount = puzzleIds,
            PuzzleEmbeddingWidth = puzzleIds > 1 ? 16 : 0,
            ForwardDtype = torch.ScalarType.Float32,
        };
        using var generator = new torch.Generator(seed);
        var model = new HrmModel(config, generator);
        using var noGradient = torch.no_grad();
        model.PuzzleEmbedding?.Weights.normal_(0, 1, generator); // a fresh table is zero, which would make all ids alike

        return model;
    }
}
