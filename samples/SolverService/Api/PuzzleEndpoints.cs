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
            .WithSummary("Solves a puzzle and tells the answer after each segment: events 'segment', then 'done' with the answer.");
    }

    private static async Task<PuzzleResponse> SolveAsync(PuzzleRequest request, IServedPuzzle puzzle, HrmSolver solver, CancellationToken aborted)
    {
        var inputs = puzzle.Encode(request.Puzzle);
        var answer = await solver.SolveAsync(inputs, cancellationToken: aborted);
        return PuzzleResponse.Of(puzzle, inputs, answer.Tokens, answer.Segments, answer.QHalt, answer.Reason);
    }

    private static async Task<IResult> TraceAsync(PuzzleRequest request, IServedPuzzle puzzle, HrmSolver solver, CancellationToken aborted)
    {
        var inputs = puzzle.Encode(request.Puzzle);
        var answers = solver.TraceAsync(inputs, cancellationToken: aborted).GetAsyncEnumerator(aborted);
        try
        {
            // Waited for here, where a full queue can still become a status.
            await answers.MoveNextAsync();
        }
        catch
        {
            await answers.DisposeAsync();
            throw;
        }

        return TypedResults.ServerSentEvents(EventsAsync(puzzle, inputs, answers, aborted));
    }

    /// <summary>An event for the answer that is there, and for each that follows.</summary>
    private static async IAsyncEnumerable<SseItem<object>> EventsAsync(
        IServedPuzzle puzzle,
        int[] inputs,
        IAsyncEnumerator<SegmentAnswer> answers,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var owned = answers;
        SegmentAnswer last;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            last = answers.Current;
            yield return new SseItem<object>(SegmentEvent.Of(puzzle, inputs, last), "segment");
        }
        while (await answers.MoveNextAsync());

        yield return new SseItem<object>(PuzzleResponse.Of(puzzle, inputs, last.Tokens, last.Segment, last.QHalt, last.Reason), "done");
    }
}
