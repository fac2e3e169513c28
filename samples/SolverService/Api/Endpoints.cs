using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Hrm.Core;
using Microsoft.Extensions.Options;

namespace Hrm.Samples.SolverService;

/// <summary>The endpoints of the API: the model, its state, and puzzles to solve.</summary>
internal static class Endpoints
{
    public static void MapModel(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/model", (ServedPuzzle puzzle, HrmSolver solver, IOptions<SolverServiceOptions> options, ThinkingWays thinking) => ModelResponse.Of(puzzle, solver, options.Value, thinking))
            .WithSummary("The model: the puzzles that it solves, with examples, its size, when it stops, and its card.");
        routes.MapGet("/health", Health).WithSummary("The state of the service; it listens as soon as the model is loaded.");
    }

    public static void MapPuzzle(this IEndpointRouteBuilder routes, string kind)
    {
        var group = routes.MapGroup($"/api/{kind}")
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapPost(string.Empty, SolveAsync)
            .WithSummary("Solves a puzzle: once, by a vote, or by a search.");
        group.MapPost("/trace", TraceAsync)
            .Produces<SegmentEvent>(StatusCodes.Status200OK, "text/event-stream")
            .WithSummary("Solves a puzzle and streams the intermediate prediction after each segment.")
            .WithDescription("Server-sent events: 'segment' with a SegmentEvent after each segment, then 'done' with a PuzzleResponse. A stream without 'done' was interrupted. "
                + "With 'untilMaximum', only the maximum and the service's time limit end the trace, for comparing the other rules of halting on it.");
    }

    private static HealthResponse Health(HrmSolver solver)
    {
        var statistics = solver.Statistics;
        return new HealthResponse("ready", statistics.Solved, statistics.Segments, statistics.Running, statistics.Waiting);
    }

    private static async Task<PuzzleResponse> SolveAsync(
        SolveRequest request, ServedPuzzle puzzle, ThinkingWays thinking, IHostApplicationLifetime lifetime, CancellationToken aborted)
    {
        var inputs = puzzle.Task.Parse(request.Puzzle);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        return PuzzleResponse.Of(puzzle, inputs, await thinking.SolveAsync(request.Think, inputs, stop.Token));
    }

    private static async Task<IResult> TraceAsync(
        TraceRequest request,
        ServedPuzzle puzzle,
        HrmSolver solver,
        IOptions<SolverServiceOptions> options,
        IHostApplicationLifetime lifetime,
        CancellationToken aborted)
    {
        var inputs = puzzle.Task.Parse(request.Puzzle);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        var halting = request.UntilMaximum ? UntilMaximum(options.Value.TimeLimit) : null;
        var answers = solver.TraceAsync(inputs, halting: halting, cancellationToken: stop.Token).GetAsyncEnumerator(stop.Token);
        try
        {
            // A full queue can become a status code only before the stream starts.
            await answers.MoveNextAsync();
        }
        catch
        {
            await answers.DisposeAsync();
            stop.Dispose();
            throw;
        }

        return TypedResults.ServerSentEvents(EventsAsync(puzzle, inputs, answers, stop, lifetime.ApplicationStopping, aborted));
    }

    private static IHaltingPolicy UntilMaximum(TimeSpan? timeLimit)
        => timeLimit is { } limit ? new TimeHalting(limit) : new QValueHalting(rule: HaltingRule.Never);

    /// <summary>One event for the current answer and for each later one.</summary>
    private static async IAsyncEnumerable<SseItem<object>> EventsAsync(
        ServedPuzzle puzzle,
        int[] inputs,
        IAsyncEnumerator<SolverAnswer> answers,
        CancellationTokenSource stop,
        CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var ownedStop = stop;
        await using var owned = answers;
        SolverAnswer last;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            last = answers.Current;
            yield return new SseItem<object>(SegmentEvent.Of(puzzle, inputs, last), "segment");
        }
        while (await NextAsync(answers, stopping));

        if (last.Reason == HaltReason.None)
        {
            yield break;
        }

        yield return new SseItem<object>(PuzzleResponse.Of(puzzle, inputs, last), "done");
    }

    /// <summary>Whether there is another answer; none if the service stops, which ends the stream.</summary>
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<SolverAnswer> answers, CancellationToken stopping)
    {
        try
        {
            return await answers.MoveNextAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
    }
}
