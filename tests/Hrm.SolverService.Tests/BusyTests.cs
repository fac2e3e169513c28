using System.Net;

namespace Hrm.SolverService.Tests;

/// <summary>A full queue, and clients that leave.</summary>
public sealed class BusyTests
{
    private static readonly string Blanks = new('.', 16);

    [Fact]
    public async Task Past_its_queue_the_service_answers_503_at_once()
    {
        await using var service = await StartAsync(batch: 1, queue: 1);
        using var stop = new CancellationTokenSource();
        var running = service.PostAsync("/api/sudoku", Blanks, stop.Token);
        await RunningService.Eventually(() => service.Solver.Statistics is { Running: 1, Waiting: 0 });
        var waiting = service.PostAsync("/api/sudoku", Blanks, stop.Token);
        await RunningService.Eventually(() => service.Solver.Statistics.Waiting == 1);

        foreach (var path in (string[])["/api/sudoku", "/api/sudoku/trace"])
        {
            service.Client.DefaultRequestHeaders.Accept.Clear();
            service.Client.DefaultRequestHeaders.Accept.ParseAdd(path.EndsWith("trace", StringComparison.Ordinal) ? "text/event-stream" : "*/*");
            using var response = await service.PostAsync(path, Blanks);
            response.Headers.RetryAfter!.Delta.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1)).And.BeLessThanOrEqualTo(TimeSpan.FromMinutes(1));
            (await response.ReadProblemAsync(503)).GetProperty("detail").GetString().Should().Contain("got 1 waiting");
        }

        service.Solver.Statistics.Should().Match<Core.SolverStatistics>(it => it.Running == 1 && it.Waiting == 1 && it.Solved == 0);
        await stop.CancelAsync();
        await running.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        await waiting.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData("/api/sudoku")]
    [InlineData("/api/sudoku/trace")]
    public async Task A_client_that_hangs_up_frees_its_place(string path)
    {
        await using var service = await StartAsync(batch: 1, queue: 1);
        using var stop = new CancellationTokenSource();
        var running = service.PostAsync(path, Blanks, stop.Token);
        await RunningService.Eventually(() => service.Solver.Statistics is { Running: 1, Waiting: 0 });
        var waiting = service.PostAsync(path, Blanks, stop.Token);
        await RunningService.Eventually(() => service.Solver.Statistics.Waiting == 1);

        await stop.CancelAsync();

        await RunningService.Eventually(() => service.Solver.Statistics is { Running: 0, Waiting: 0 });
        await running.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        await waiting.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        using var next = await service.OpenAsync("/api/sudoku/trace", Blanks);
        next.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_client_that_closes_its_connection_in_the_middle_of_the_trace_frees_its_place()
    {
        await using var service = await StartAsync(batch: 1, queue: 1);
        using (var response = await service.OpenAsync("/api/sudoku/trace", Blanks))
        {
            await using var events = response.ReadEventsAsync().GetAsyncEnumerator();
            (await events.MoveNextAsync()).Should().BeTrue();
            service.Solver.Statistics.Running.Should().Be(1);
        }

        await RunningService.Eventually(() => service.Solver.Statistics.Running == 0);
        service.Solver.Statistics.Solved.Should().Be(0);
    }

    [Fact]
    public async Task The_service_stops_while_clients_still_listen()
    {
        await using var service = await StartAsync(batch: 1, queue: 1);
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

    private static Task<RunningService> StartAsync(int batch, int queue) => RunningService.StartAsync(
        TinyModels.Sudoku(4),
        [.. RunningService.Endless, "--Solver:Limits:MaxBatchSize", $"{batch}", "--Solver:Limits:MaxQueueLength", $"{queue}"]);
}
