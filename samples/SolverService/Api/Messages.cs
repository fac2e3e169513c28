using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Hrm.Core;

namespace Hrm.Samples.SolverService;

/// <summary>A puzzle to solve.</summary>
/// <param name="Puzzle">One character per cell, row by row.</param>
internal record PuzzleRequest(
    [property: Required]
    [property: Description("One character per cell, row by row. Sudoku: '.' or '0' for a blank, 1 to 9, A to G. Maze: '#' wall, ' ' free, 'S' start, 'G' goal.")]
    string Puzzle = "");

/// <summary>A puzzle to solve, and how long to think about it.</summary>
/// <param name="Puzzle"><inheritdoc cref="PuzzleRequest" path="/param[@name='Puzzle']"/></param>
/// <param name="Think">One of the <see cref="ModelResponse.Thinking"/> of the model.</param>
internal sealed record SolveRequest(
    string Puzzle = "",
    [property: Description("'once'; 'vote' for the answers to symmetric variants of the puzzle, from several initial states; 'hard' for a search over partial answers. The model's 'thinking' lists those that the service offers.")]
    string Think = ThinkingWays.Once) : PuzzleRequest(Puzzle);

/// <summary>A puzzle to trace.</summary>
/// <param name="Puzzle"><inheritdoc cref="PuzzleRequest" path="/param[@name='Puzzle']"/></param>
/// <param name="UntilMaximum">Whether to run the largest number of segments that the time limit allows, whatever the service's other rules of halting say.</param>
internal sealed record TraceRequest(
    string Puzzle = "",
    [property: Description("Whether to run the largest number of segments that the time limit allows, whatever the service's other rules of halting say.")]
    bool UntilMaximum = false) : PuzzleRequest(Puzzle);

/// <summary>The answer to a puzzle.</summary>
/// <param name="Puzzle">The puzzle as it was read.</param>
/// <param name="Solution">The answer, one character per cell; it is wrong if it was not found.</param>
/// <param name="IsSolved">Whether the answer solves the puzzle.</param>
/// <param name="Found">How the answer was found: <c>FirstPass</c>, <c>Vote</c>, <c>Search</c>, or <c>NotFound</c>.</param>
/// <param name="Evaluations">The number of runs of the model on the puzzle, its variants and its partial answers.</param>
/// <param name="Segments">The number of segments, of all runs together.</param>
/// <param name="Confidence">sigmoid of the Q value of halting; <see langword="null"/> if it is not a number.</param>
/// <param name="Reason">The reason for halting: <c>QValues</c>, <c>Maximum</c>, <c>Confident</c>, <c>Stable</c>, <c>Time</c>, or several of them.</param>
internal sealed record PuzzleResponse(
    string Puzzle, string Solution, bool IsSolved, string Found, int Evaluations, long Segments, double? Confidence, string Reason)
{
    public static PuzzleResponse Of(ServedPuzzle puzzle, int[] inputs, ThinkingAnswer answer) => new(
        puzzle.Task.Format(inputs),
        puzzle.Task.Format(answer.Tokens),
        answer.IsSolution == true,
        answer.Source.ToString(),
        answer.Evaluations,
        answer.Segments,
        Json.FiniteOrNull(1 / (1 + Math.Exp(-(double)answer.QHalt))),
        answer.Reason.ToString());

    /// <summary>The answer at the end of a trace.</summary>
    public static PuzzleResponse Of(ServedPuzzle puzzle, int[] inputs, SolverAnswer last)
    {
        var isSolution = puzzle.Task.IsSolution(inputs, last.Tokens);
        return new PuzzleResponse(
            puzzle.Task.Format(inputs),
            puzzle.Task.Format(last.Tokens),
            isSolution,
            isSolution ? nameof(AnswerSource.FirstPass) : nameof(AnswerSource.NotFound),
            Evaluations: 1,
            last.Segments,
            Json.FiniteOrNull(last.Confidence),
            last.Reason.ToString());
    }
}

/// <summary>The intermediate prediction after a segment.</summary>
/// <param name="Segment">The number of the segment, from 1.</param>
/// <param name="Board">The prediction, one character per cell.</param>
/// <param name="IsSolved">Whether the prediction solves the puzzle.</param>
/// <param name="QHalt">The Q value of halting, before the sigmoid.</param>
/// <param name="QContinue">The Q value of continuing, before the sigmoid.</param>
/// <param name="HighResidual">The relative change of the slow state by the segment.</param>
/// <param name="LowResidual">The relative change of the fast state by the segment.</param>
internal sealed record SegmentEvent(
    int Segment, string Board, bool IsSolved, double? QHalt, double? QContinue, double? HighResidual, double? LowResidual)
{
    public static SegmentEvent Of(ServedPuzzle puzzle, int[] inputs, SolverAnswer answer) => new(
        answer.Segments,
        puzzle.Task.Format(answer.Tokens),
        puzzle.Task.IsSolution(inputs, answer.Tokens),
        Json.FiniteOrNull(answer.QHalt),
        Json.FiniteOrNull(answer.QContinue),
        Json.FiniteOrNull(answer.HighResidual),
        Json.FiniteOrNull(answer.LowResidual));
}

/// <summary>The model of the service, and the puzzles that it solves.</summary>
/// <param name="Kind"><c>sudoku</c> or <c>maze</c>.</param>
/// <param name="Side">The number of rows and of columns.</param>
/// <param name="BoxRows">The number of rows of a box of a Sudoku; otherwise 0.</param>
/// <param name="Symbols">The characters of a question, the empty cell first.</param>
/// <param name="Examples">Puzzles to try.</param>
/// <param name="Name">The name of the model, that of its folder.</param>
/// <param name="Parameters">The number of parameters of the model.</param>
/// <param name="Dtype">The dtype of the computation.</param>
/// <param name="HiddenSize">D, the width of the states.</param>
/// <param name="HighLayers">The number of blocks of the high module.</param>
/// <param name="LowLayers">The number of blocks of the low module.</param>
/// <param name="HighCycles">N, the number of high cycles per segment.</param>
/// <param name="LowCycles">T, the number of low updates per high cycle.</param>
/// <param name="IsContinueTrained">Whether the Q value of continuing was trained; otherwise it means nothing.</param>
/// <param name="Halting">When the service stops a puzzle.</param>
/// <param name="Thinking">The values of <see cref="SolveRequest.Think"/> that the service offers, <c>once</c> first.</param>
/// <param name="Card">The README.md of the model's folder, Markdown; <see langword="null"/> if there is none.</param>
internal sealed record ModelResponse(
    string Kind,
    int Side,
    int BoxRows,
    string Symbols,
    IReadOnlyList<string> Examples,
    string Name,
    long Parameters,
    string Dtype,
    int HiddenSize,
    int HighLayers,
    int LowLayers,
    int HighCycles,
    int LowCycles,
    bool IsContinueTrained,
    HaltingResponse Halting,
    IReadOnlyList<string> Thinking,
    string? Card)
{
    public static ModelResponse Of(ServedPuzzle puzzle, HrmSolver solver, SolverServiceOptions options, ThinkingWays thinking)
    {
        var (config, rule) = (solver.Config, solver.ModelRule);
        return new ModelResponse(
            puzzle.Kind,
            puzzle.Side,
            puzzle.BoxRows,
            puzzle.Symbols,
            puzzle.Examples,
            solver.ModelName,
            config.ParameterCount,
            options.ForwardDtype ?? config.ForwardDtype.ToString().ToLowerInvariant(),
            config.HiddenSize,
            config.HighLayers,
            config.LowLayers,
            config.HighCycles,
            config.LowCycles,
            rule == HaltingRule.HaltOverContinue,
            HaltingResponse.Of(options, rule),
            thinking.Names,
            ModelCard.Read(options.Folder));
    }
}

/// <summary>When the service stops a puzzle: at the first of these.</summary>
/// <param name="MaxSegments">The largest number of segments.</param>
/// <param name="TimeLimit">The time from a puzzle's first segment that stops; <see langword="null"/>: no limit.</param>
/// <param name="Stops">The other stops; at least one.</param>
internal sealed record HaltingResponse(int MaxSegments, TimeSpan? TimeLimit, IReadOnlyList<StopResponse> Stops)
{
    /// <param name="options">The options of the solver.</param>
    /// <param name="modelRule">The comparison of the Q values that fits the model.</param>
    public static HaltingResponse Of(SolverServiceOptions options, HaltingRule modelRule)
    {
        var stops = new List<StopResponse>();
        if (options.Confidence is { } confidence)
        {
            stops.Add(new StopResponse(nameof(options.Confidence), confidence));
        }

        if (options.UnchangedSegments is { } unchanged)
        {
            stops.Add(new StopResponse(nameof(options.UnchangedSegments), unchanged));
        }

        // Beside another stop, the Q values stop only if a rule is set, and the rule Never adds nothing.
        if (stops.Count == 0 || options.Limits.Rule is HaltingRule.HaltOverContinue or HaltingRule.HaltPositive)
        {
            stops.Add(new StopResponse($"{options.Limits.Rule ?? modelRule}"));
        }

        return new HaltingResponse(options.Limits.MaxSegments, options.TimeLimit, stops);
    }
}

/// <summary>A condition that stops a puzzle.</summary>
/// <param name="Rule"><c>HaltOverContinue</c>, <c>HaltPositive</c>, <c>Never</c>, <c>Confidence</c> or <c>UnchangedSegments</c>.</param>
/// <param name="Value">For <c>Confidence</c> the sigmoid of the Q value of halting, for <c>UnchangedSegments</c> their number; otherwise <see langword="null"/>.</param>
internal sealed record StopResponse(string Rule, double? Value = null);

/// <summary>The state of the service.</summary>
/// <param name="Status"><c>ready</c>.</param>
/// <param name="Solved">The number of answered puzzles.</param>
/// <param name="Segments">The number of segments.</param>
/// <param name="Running">The number of puzzles in the running batch.</param>
/// <param name="Waiting">The number of puzzles in the queue.</param>
internal sealed record HealthResponse(string Status, long Solved, long Segments, int Running, int Waiting);

/// <summary>JSON has neither NaN nor infinity, which a diverged model returns.</summary>
file static class Json
{
    public static double? FiniteOrNull(double value) => double.IsFinite(value) ? value : null;
}
