using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using TorchSharp;
using Xunit.Abstractions;

namespace Hrm.SolverService.Tests;

/// <summary>64 concurrent clients that send requests in a loop, some of which disconnect: no error, and no growth.</summary>
public sealed class LoadTests(ITestOutputHelper output)
{
    private const int Clients = 64;

    /// <summary>
    /// Room for the heap of the garbage collector, which the clients share. A leak of 5 kB per request would take 20 MB. oneDNN compiles
    /// its products once per number of rows and keeps them (up to 1,024): 15 MB in the warm-up, then nothing (386 MB after 30 and 60 s).
    /// </summary>
    private const long AllowedGrowth = 12L << 20;

    [Fact]
    public Task For_five_seconds() => RunAsync(TimeSpan.FromSeconds(5), warmup: TimeSpan.FromSeconds(2), measuresMemory: false);

    [Fact]
    [Trait("Category", "Slow")]
    public Task For_forty_seconds() => RunAsync(TimeSpan.FromSeconds(40), warmup: TimeSpan.FromSeconds(22), measuresMemory: true);

    private async Task RunAsync(TimeSpan time, TimeSpan warmup, bool measuresMemory)
    {
        await using var service = await RunningService.StartAsync(
            TinyModels.Sudoku(9), "--Solver:UnchangedSegments", "2", "--Solver:Limits:MaxSegments", "16");
        using var warm = await service.PostAsync("/api/sudoku", Puzzles.Sudoku);
        var tensorsBefore = CountAfterCollection();
        var counts = new ConcurrentDictionary<string, int>();
        var samples = new List<LoadSample>();
        var clock = Stopwatch.StartNew();

        var clients = Enumerable.Range(0, Clients).Select(client => Task.Run(() => AskAsync(service, client, clock, time, counts))).ToArray();
        while (clock.Elapsed < time)
        {
            await Task.Delay(50);
            samples.Add(new LoadSample(clock.Elapsed, torch.Tensor.TotalCount - tensorsBefore, Environment.WorkingSet, service.Solver.Statistics.Running));
        }

        await Task.WhenAll(clients);
        await RunningService.Eventually(() => service.Solver.Statistics is { Running: 0, Waiting: 0 });

        counts.Keys.Should().BeSubsetOf(["solved", "traced", "disconnected"]);
        counts["solved"].Should().BeGreaterThan(Clients);
        counts["traced"].Should().BeGreaterThan(Clients);
        counts["disconnected"].Should().BePositive();
        samples.Max(sample => sample.Running).Should().BeGreaterThan(Clients / 4, "the requests share batches");
        torch.Tensor.TotalCount.Should().Be(tensorsBefore, "an idle solver holds only its weights");
        var window = (time - warmup) / 3;
        var first = Window(samples, warmup, warmup + window);
        var last = Window(samples, time - window, time);
        var statistics = service.Solver.Statistics;
        output.WriteLine(
            $"{Clients} clients, {time.TotalSeconds:F0} s: {string.Join(", ", counts.OrderBy(entry => entry.Key).Select(entry => $"{entry.Value} {entry.Key}"))}; "
            + $"{statistics.Solved / time.TotalSeconds:F0} puzzles/s, {statistics.RowSegments / (double)statistics.Segments:F1} rows per segment; "
            + $"live tensors beside the {tensorsBefore} before: at most {first.Tensors} → {last.Tensors}; resident {first.Resident >> 20} → {last.Resident >> 20} MB");
        last.Tensors.Should().BeLessThan(2 * first.Tensors, "a sample may see the tensors of a segment, but not thousands, one per request");
        if (measuresMemory)
        {
            (last.Resident - first.Resident).Should().BeLessThan(AllowedGrowth);
        }
    }

    private static async Task AskAsync(RunningService service, int client, Stopwatch clock, TimeSpan time, ConcurrentDictionary<string, int> counts)
    {
        var random = new Random(client);
        while (clock.Elapsed < time)
        {
            var kind = random.Next(10) switch
            {
                0 => await DisconnectAsync(service, random),
                < 5 => await TraceAsync(service),
                _ => await SolveAsync(service),
            };
            counts.AddOrUpdate(kind, 1, (_, count) => count + 1);
        }
    }

    private static async Task<string> SolveAsync(RunningService service)
    {
        using var response = await service.PostAsync("/api/sudoku", Puzzles.Sudoku);
        return response.StatusCode == HttpStatusCode.OK ? "solved" : $"{response.StatusCode}";
    }

    private static async Task<string> TraceAsync(RunningService service)
    {
        using var response = await service.PostAsync("/api/sudoku/trace", Puzzles.Sudoku);
        var text = await response.Content.ReadAsStringAsync();
        return text.Contains("event: done", StringComparison.Ordinal) ? "traced" : $"{response.StatusCode}: {text}";
    }

    private static async Task<string> DisconnectAsync(RunningService service, Random random)
    {
        using var stop = new CancellationTokenSource(random.Next(1, 10));
        try
        {
            using var response = await service.PostAsync("/api/sudoku/trace", Puzzles.Sudoku, stop.Token);
            return response.StatusCode == HttpStatusCode.OK ? "traced" : $"{response.StatusCode}";
        }
        catch (OperationCanceledException)
        {
            return "disconnected";
        }
    }

    /// <summary>Counts live tensors after the garbage collector has freed those of earlier tests. One pass can make others collectable.</summary>
    private static long CountAfterCollection()
    {
        long before;
        do
        {
            before = torch.Tensor.TotalCount;
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        while (torch.Tensor.TotalCount < before);

        return before;
    }

    /// <summary>Maximum of the tensors and median of the resident memory in a time window.</summary>
    private static (long Tensors, long Resident) Window(IEnumerable<LoadSample> samples, TimeSpan from, TimeSpan to)
    {
        var inside = samples.Where(sample => sample.Time >= from && sample.Time <= to).ToArray();
        return (inside.Max(sample => sample.Tensors), inside.Select(sample => sample.Resident).Order().ElementAt(inside.Length / 2));
    }

    private readonly record struct LoadSample(TimeSpan Time, long Tensors, long Resident, int Running);
}
