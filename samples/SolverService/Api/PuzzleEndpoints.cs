using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Hrm.Core;

namespace Hrm.Samples.SolverService;

/// <summary>A puzzle in, its answer out: at once, or as it forms.</summary>
internal static class PuzzleEndpoints
{
    public static void MapPuzzle(this IEndpointRouteBuilder routes, string kind)
    {
        var group = routes.MapGroup($"/api/{kind}")
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapPost(string.Empty, SolveAsync)
            .WithSummary("Solves a puzzle.");
        group.MapPost("/trace", TraceAsync)
            .Produces<SegmentEvent>(StatusCodes.Status200OK, "text/event-stream")
            .WithSummary("Solves a puzzle and tells the answer after each segment.")
            .WithDescription("Server-sent events: 'segment' with a SegmentEvent after each segment, then 'done' with a PuzzleResponse. A stream without 'done' broke off.");
    }

    private static async Task<PuzzleResponse> SolveAsync(
        PuzzleRequest request, ServedPuzzle puzzle, HrmSolver solver, IHostApplicationLifetime lifetime, CancellationToken aborted)
    {
        var inputs = puzzle.Task.Parse(request.Puzzle);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        var answer = await solver.SolveAsync(inputs, cancellationToken: stop.Token);
        return PuzzleResponse.Of(puzzle, inputs, answer.Tokens, answer.Segments, answer.QHalt, answer.Reason);
    }

    private static async Task<IResult> TraceAsync(
        PuzzleRequest request, ServedPuzzle puzzle, HrmSolver solver, IHostApplicationLifetime lifetime, CancellationToken aborted)
    {
        var inputs = puzzle.Task.Parse(request.Puzzle);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        var answers = solver.TraceAsync(inputs, cancellationToken: stop.Token).GetAsyncEnumerator(stop.Token);
        try
        {
            // Waited for here, where a full queue can still become a status.
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

    /// <summary>An event for the answer that is there, and for each that follows.</summary>
    private static async IAsyncEnumerable<SseItem<object>> EventsAsync(
        ServedPuzzle puzzle,
        int[] inputs,
        IAsyncEnumerator<SegmentAnswer> answers,
        CancellationTokenSource stop,
        CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var ownedStop = stop;
        await using var owned = answers;
        SegmentAnswer last;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            last = answers.Current;
            yield return new SseItem<object>(SegmentEvent.Of(puzzle, inputs, last), "segment");
        }
        while (await NextAsync(answers, stopping));

        if (!last.IsFinal)
        {
            yield break;
        }

        yield return new SseItem<object>(PuzzleResponse.Of(puzzle, inputs, last.Tokens, last.Segment, last.QHalt, last.Reason), "done");
    }

    /// <summary>Whether there is a next answer; none where the service stops, which ends the stream where it is.</summary>
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<SegmentAnswer> answers, CancellationToken stopping)
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
