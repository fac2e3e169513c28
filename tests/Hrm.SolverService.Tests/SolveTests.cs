using System.Text.Json;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Samples.SolverService;

namespace Hrm.SolverService.Tests;

/// <summary>Answers to valid puzzles.</summary>
public sealed class SolveTests
{
    [Fact]
    public async Task A_sudoku_gets_the_answer_of_the_model()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9));

        using var response = await service.PostAsync("/api/sudoku", Puzzles.Sudoku);

        response.IsSuccessStatusCode.Should().BeTrue();
        var answer = await response.ReadJsonAsync();
        var task = new SudokuTask(SudokuShape.Nine);
        var expected = service.Solver.Solve(task.Encode(SudokuGrid.Parse(Puzzles.Sudoku, SudokuShape.Nine)));
        answer.GetProperty("puzzle").GetString().Should().Be(Puzzles.Sudoku);
        answer.GetProperty("solution").GetString().Should().Be(task.Decode(expected.Tokens).ToString());
        answer.GetProperty("isSolved").GetBoolean().Should().BeFalse();
        (answer.GetProperty("found").GetString(), answer.GetProperty("evaluations").GetInt32()).Should().Be(("NotFound", 1));
        answer.GetProperty("segments").GetInt32().Should().Be(3);
        answer.GetProperty("reason").GetString().Should().Be("Maximum");
        answer.GetProperty("confidence").GetDouble().Should().BeApproximately(expected.Confidence, 1e-6);
    }

    [Fact]
    public async Task A_maze_gets_the_answer_of_the_model_also_as_events()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Maze(5));

        using var response = await service.PostAsync("/api/maze", Puzzles.FiveMaze);

        response.IsSuccessStatusCode.Should().BeTrue();
        var answer = await response.ReadJsonAsync();
        answer.GetProperty("puzzle").GetString().Should().Be(Puzzles.FiveMaze);
        answer.GetProperty("solution").GetString().Should().HaveLength(25);
        answer.GetProperty("isSolved").GetBoolean().Should().BeFalse();
        using var trace = await service.PostAsync("/api/maze/trace", Puzzles.FiveMaze);
        var events = await trace.Content.ReadAsStringAsync();
        events.Split("event: segment").Should().HaveCount(4);
        events.Should().Contain("event: done");
    }

    [Fact]
    public void Only_a_right_answer_is_marked_as_solved()
    {
        const string Solution = "942138756673245198518796243385914627794682315261573489436851972829467531157329864";
        var sudoku = ServedPuzzle.Of(TinyModels.Sudoku(9));
        var (inputs, right) = (sudoku.Task.Parse(Puzzles.Sudoku), sudoku.Task.Parse(Solution));
        PuzzleResponse.Of(sudoku, inputs, Answer(right)).Should().BeEquivalentTo(new { IsSolved = true, Found = "FirstPass", Evaluations = 1 });
        (right[1], right[2]) = (right[2], right[1]);
        PuzzleResponse.Of(sudoku, inputs, Answer(right)).Should().BeEquivalentTo(new { IsSolved = false, Found = "NotFound", Evaluations = 1 });

        static SolverAnswer Answer(int[] tokens) => new(tokens, 1, 0, 0, HaltReason.QValues);
    }

    [Fact]
    public void A_value_that_is_not_finite_is_null_in_json()
    {
        var sudoku = ServedPuzzle.Of(TinyModels.Sudoku(4));
        var tokens = sudoku.Task.Parse(new string('.', 16));
        PuzzleResponse.Of(sudoku, tokens, new SolverAnswer(tokens, 1, float.NaN, 0, HaltReason.Maximum)).Confidence.Should().BeNull();
        SegmentEvent.Of(sudoku, tokens, new SolverAnswer(tokens, 1, float.NaN, float.PositiveInfinity, HaltReason.None, float.NaN, 1))
            .Should().BeEquivalentTo(new { QHalt = (double?)null, QContinue = (double?)null, HighResidual = (double?)null, LowResidual = 1.0 });
    }

    [Fact]
    public async Task Each_segment_is_an_event_and_the_last_event_is_the_answer()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9));
        var task = new SudokuTask(SudokuShape.Nine);
        var expected = service.Solver.Trace(task.Encode(SudokuGrid.Parse(Puzzles.Sudoku, SudokuShape.Nine)));

        using var response = await service.OpenAsync("/api/sudoku/trace", Puzzles.Sudoku);
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        var events = new List<(string Type, JsonElement Data)>();
        await foreach (var item in response.ReadEventsAsync())
        {
            events.Add(item);
        }

        events.Select(item => item.Type).Should().Equal("segment", "segment", "segment", "done");
        for (var i = 0; i < 3; i++)
        {
            var data = events[i].Data;
            data.GetProperty("segment").GetInt32().Should().Be(i + 1);
            data.GetProperty("board").GetString().Should().Be(task.Decode(expected[i].Tokens).ToString());
            data.GetProperty("qHalt").GetDouble().Should().BeApproximately(expected[i].QHalt, 1e-5);
            data.GetProperty("qContinue").GetDouble().Should().BeApproximately(expected[i].QContinue, 1e-5);
            data.GetProperty("highResidual").GetDouble().Should().BeApproximately(expected[i].HighResidual, 1e-4);
            data.GetProperty("lowResidual").GetDouble().Should().BeApproximately(expected[i].LowResidual, 1e-4);
        }

        events[3].Data.GetProperty("solution").GetString().Should().Be(events[2].Data.GetProperty("board").GetString());
        events[3].Data.GetProperty("reason").GetString().Should().Be("Maximum");
    }

    /// <summary>The model has random weights: the candidates of the search leave one answer.</summary>
    [Fact]
    public async Task A_request_can_ask_for_a_vote_or_a_search()
    {
        const string Puzzle = "1...............";
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(4), "--Thinking:Symmetries", "3", "--Thinking:SearchSegments", "1");
        (await service.GetModelAsync()).GetProperty("thinking").EnumerateArray().Select(way => way.GetString()).Should().Equal("once", "vote", "hard");

        var vote = await service.ThinkAsync("/api/sudoku", Puzzle, "vote");
        (vote.GetProperty("isSolved").GetBoolean(), vote.GetProperty("evaluations").GetInt32(), vote.GetProperty("segments").GetInt32()).Should().Be((false, 9, 27));
        var hard = await service.ThinkAsync("/api/sudoku", Puzzle, "hard");
        (hard.GetProperty("isSolved").GetBoolean(), hard.GetProperty("found").GetString()).Should().Be((true, "Search"));
        hard.GetProperty("evaluations").GetInt32().Should().BeInRange(2, 300);
        SudokuGrid.Parse(Puzzle, SudokuShape.Four).IsSolvedBy(SudokuGrid.Parse(hard.GetProperty("solution").GetString()!, SudokuShape.Four)).Should().BeTrue();
    }

    [Fact]
    public async Task The_operator_bounds_a_search()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9), "--Thinking:Evaluations", "2");
        var answer = await service.ThinkAsync("/api/sudoku", new string('.', 81), "hard");
        (answer.GetProperty("isSolved").GetBoolean(), answer.GetProperty("found").GetString(), answer.GetProperty("evaluations").GetInt32()).Should().Be((false, "NotFound", 2));
    }

    [Theory]
    [InlineData("hard", "once or vote", "--Thinking:Evaluations", "0")]
    [InlineData("vote", "once or hard", "--Thinking:Symmetries", "1", "--Thinking:Starts", "1")]
    [InlineData("harder", "once or vote or hard")]
    public async Task A_way_of_thinking_that_is_not_offered_is_refused(string think, string expected, params string[] settings)
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(4), settings);
        using var response = await service.PostThinkAsync("/api/sudoku", new string('.', 16), think);
        (await response.ReadProblemAsync(400)).GetProperty("errors").GetProperty("think")[0].GetString().Should().Be($"expected {expected}, got '{think}'");
        service.Solver.Statistics.Segments.Should().Be(0);
    }

    [Fact]
    public async Task A_maze_cannot_be_searched()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Maze(5));
        (await service.GetModelAsync()).GetProperty("thinking").EnumerateArray().Select(way => way.GetString()).Should().Equal("once", "vote");
    }

    /// <summary>So that rules can be compared: the events before the service's own stop are the same ones.</summary>
    [Fact]
    public async Task A_trace_until_the_maximum_continues_where_the_service_would_stop()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9), "--Solver:Confidence", "0.001", "--Solver:Limits:MaxSegments", "5");
        using var stopped = await service.OpenAsync("/api/sudoku/trace", Puzzles.Sudoku);
        var events = await stopped.ReadEventsAsync().Select(item => item.Data).ToArrayAsync();
        events.Should().HaveCount(2);
        events[1].GetProperty("reason").GetString().Should().Be("Confident");

        var whole = await service.TraceUntilMaximumAsync("/api/sudoku/trace", Puzzles.Sudoku);
        whole.Should().HaveCount(6);
        whole[0].GetRawText().Should().Be(events[0].GetRawText());
        whole[5].GetProperty("reason").GetString().Should().Be("Maximum");
        whole[5].GetProperty("segments").GetInt32().Should().Be(5);
    }

    [Fact]
    public async Task A_trace_until_the_maximum_keeps_the_time_limit()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(4), "--Solver:TimeLimit", "00:00:00.0000001");
        var trace = await service.TraceUntilMaximumAsync("/api/sudoku/trace", new string('.', 16));
        trace.Should().HaveCount(2);
        trace[1].GetProperty("reason").GetString().Should().Be("Time");
    }
}
