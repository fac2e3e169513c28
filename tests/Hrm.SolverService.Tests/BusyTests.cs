using System.Net;
using Hrm.Samples.SolverService;

namespace Hrm.SolverService.Tests;

/// <summary>A full queue, and clients that disconnect.</summary>
public sealed class BusyTests
{
    private static readonly string Blanks = new('.', 16);

    [Fact]
    public async Task A_full_queue_is_answered_with_503_at_once()
    {
        await using var service = await StartAsync();
        await using var full = await FillAsync(service, "/api/sudoku");

        foreach (var path in (string[])["/api/sudoku", "/api/sudoku/trace"])
        {
            service.Client.DefaultRequestHeaders.Accept.Clear();
            service.Client.DefaultRequestHeaders.Accept.ParseAdd(path.EndsWith("trace", StringComparison.Ordinal) ? "text/event-stream" : "*/*");
            using var response = await service.PostAsync(path, Blanks);
            response.Headers.RetryAfter!.Delta.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1)).And.BeLessThanOrEqualTo(TimeSpan.FromMinutes(1));
            (await response.ReadProblemAsync(503)).GetProperty("detail").GetString().Should().Contain("got 1 waiting");
        }

        service.Solver.Statistics.Should().Match<Core.SolverStatistics>(it => it.Running == 1 && it.Waiting == 1 && it.Solved == 0);
    }

    [Fact]
    public async Task One_vote_or_search_too_many_is_answered_with_503_until_a_client_disconnects()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(4), [.. RunningService.Endless, "--Thinking:Symmetries", "1", "--Thinking:Starts", "2"]);
        using var stop = new CancellationTokenSource();
        var places = Enumerable.Range(0, ThinkingWays.MostAtOnce).Select(place => service.PostThinkAsync("/api/sudoku", Blanks, place % 2 == 0 ? "vote" : "hard", stop.Token)).ToArray();
        await RunningService.Eventually(() => service.Solver.Statistics.Running == 6);

        foreach (var way in (string[])["vote", "hard"])
        {
            using var refused = await service.PostThinkAsync("/api/sudoku", Blanks, way);
            refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(30));
            (await refused.ReadProblemAsync(503)).GetProperty("detail").GetString().Should().Contain("got 4 waiting");
        }

        var once = service.PostThinkAsync("/api/sudoku", Blanks, "once", stop.Token);
        await RunningService.Eventually(() => service.Solver.Statistics.Running == 7);
        await stop.CancelAsync();
        foreach (var request in places.Append(once))
        {
            await request.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        }

        await RunningService.Eventually(() => service.Solver.Statistics.Running == 0);
        using var again = new CancellationTokenSource();
        var next = service.PostThinkAsync("/api/sudoku", Blanks, "hard", again.Token);
        await RunningService.Eventually(() => service.Solver.Statistics.Running == 1);
        await again.CancelAsync();
        await next.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData("/api/sudoku")]
    [InlineData("/api/sudoku/trace")]
    public async Task A_client_that_disconnects_frees_its_row(string path)
    {
        await using var service = await StartAsync();
        await (await FillAsync(service, path)).DisposeAsync();

        await RunningService.Eventually(() => service.Solver.Statistics is { Running: 0, Waiting: 0 });
        using var next = await service.OpenAsync("/api/sudoku/trace", Blanks);
        next.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_client_that_closes_its_connection_during_the_trace_frees_its_row()
    {
        await using var service = await StartAsync();
        using (var response = await service.OpenAsync("/api/sudoku/trace", Blanks))
        {
            await using var events = response.ReadEventsAsync().GetAsyncEnumerator();
            (await events.MoveNextAsync()).Should().BeTrue();
            events.Current.Data.GetProperty("segment").GetInt32().Should().Be(1);
            service.Solver.Statistics.Running.Should().Be(1);
        }

        await RunningService.Eventually(() => service.Solver.Statistics.Running == 0);
        service.Solver.Statistics.Solved.Should().Be(0);
    }

    [Fact]
    public async Task The_service_stops_while_clients_still_listen()
    {
        await using var service = await StartAsync();
        using var running = await service.OpenAsync("/api/sudoku/trace", Blanks);
        await using var events = running.ReadEventsAsync().GetAsyncEnumerator();
        (await events.MoveNextAsync()).Should().BeTrue();
        var waiting = service.PostAsync("/api/sudoku", Blanks);
        await RunningService.Eventually(() => service.Solver.Statistics.Waiting == 1);

        await service.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));

        using var refused = await waiting;
        (await refused.ReadProblemAsync(503)).GetProperty("detail").GetString().Should().Be("The service is stopping.");
        var types = new List<string>();
        while (await events.MoveNextAsync())
        {
            types.Add(events.Current.Type);
        }

        types.Should().NotContain("done");
    }

    /// <summary>Starts a service with one row and a queue for one request.</summary>
    private static Task<RunningService> StartAsync() => RunningService.StartAsync(
        TinyModels.Sudoku(4),
        [.. RunningService.Endless, "--Solver:Limits:MaxBatchSize", "1", "--Solver:Limits:MaxQueueLength", "1"]);

    /// <summary>Sends one request that runs and one that waits; their clients disconnect when the result is disposed.</summary>
    private static async Task<Clients> FillAsync(RunningService service, string path)
    {
        var stop = new CancellationTokenSource();
        var running = service.PostAsync(path, Blanks, stop.Token);
        await RunningService.Eventually(() => service.Solver.Statistics is { Running: 1, Waiting: 0 });
        var waiting = service.PostAsync(path, Blanks, stop.Token);
        await RunningService.Eventually(() => service.Solver.Statistics.Waiting == 1);
        return new Clients(stop, [running, waiting]);
    }

    private sealed class Clients(CancellationTokenSource stop, Task[] requests) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            stop.Dispose();
            foreach (var request in requests)
            {
                await request.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
            }
        }
    }
}
