using System.Globalization;

namespace Hrm.Puzzles.Tests;

public class DownloadResumeTests : SourceFixture
{
    private const int Size = 600_000;
    private const int Cut = 250_000;

    private static readonly DateTimeOffset Modified = new(2025, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private readonly byte[] _content = Bytes(Size);

    [Fact]
    public async Task A_cut_download_goes_on_where_it_stopped()
    {
        var file = new LoopbackFile(_content) { CutAfter = Cut };
        using var server = new LoopbackServer(file.Answer);
        var source = server.Source(sha256: Sha256Of(_content));

        await ShouldFailAsync(source, "*expected the rest of the file, got a lost connection*");
        Cache.FileNames().Should().HaveCount(3).And.Contain(name => name.EndsWith(".part", StringComparison.Ordinal));
        var progress = new ProgressLog();
        var path = await NewCache().FetchAsync(source, progress);

        (await File.ReadAllBytesAsync(path)).Should().Equal(_content);
        server.Requests.Should().HaveCount(2);
        (server.Requests[0]["Range"], server.Requests[0]["If-Range"]).Should().Be((null, null));
        (server.Requests[1]["Range"], server.Requests[1]["If-Range"]).Should().Be(($"bytes={Cut}-", "\"one\""));
        progress.Reports[0].Should().Be(new DownloadProgress(Cut, Size));
        progress.Reports[^1].Should().Be(new DownloadProgress(Size, Size));
        Cache.FileNames().Should().Equal(Path.GetFileName(path), $"{Path.GetFileName(path)}.lock");
    }

    [Fact]
    public async Task One_fetch_outlives_cuts_while_it_has_attempts()
    {
        var file = new LoopbackFile(_content) { CutAfter = Cut };
        using var server = new LoopbackServer(request =>
        {
            var reply = file.Answer(request);
            file.CutAfter = 100_000;
            return reply;
        });
        var progress = new ProgressLog();

        var path = await NewCache(attempts: 5).FetchAsync(server.Source(), progress);

        (await File.ReadAllBytesAsync(path)).Should().Equal(_content);
        server.Requests.Select(request => request["Range"]).Should().Equal(null, "bytes=250000-", "bytes=350000-", "bytes=450000-", "bytes=550000-");
        progress.Reports.Select(report => report.Bytes).Should().BeInAscendingOrder();
    }

    [Fact]
    public async Task A_date_serves_where_there_is_no_tag()
    {
        var file = new LoopbackFile(_content) { CutAfter = Cut, ETag = null, LastModified = Modified };
        using var server = new LoopbackServer(file.Answer);

        (await File.ReadAllBytesAsync(await NewCache(attempts: 2).FetchAsync(server.Source()))).Should().Equal(_content);

        server.Requests[1]["If-Range"].Should().Be(Modified.ToString("r", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("W/\"weak\"")]
    public async Task Without_a_strong_validator_it_starts_again(string? tag)
    {
        var file = new LoopbackFile(_content) { CutAfter = Cut, ETag = tag };
        using var server = new LoopbackServer(file.Answer);

        (await File.ReadAllBytesAsync(await NewCache(attempts: 2).FetchAsync(server.Source()))).Should().Equal(_content);

        server.Requests[1]["Range"].Should().BeNull();
    }

    [Fact]
    public async Task A_server_without_ranges_makes_it_start_again()
    {
        var file = new LoopbackFile(_content) { CutAfter = Cut, TakesRanges = false };
        using var server = new LoopbackServer(file.Answer);

        var path = await NewCache(attempts: 2).FetchAsync(server.Source());

        (await File.ReadAllBytesAsync(path)).Should().Equal(_content);
        server.Requests[1]["Range"].Should().Be($"bytes={Cut}-");
    }

    [Fact]
    public async Task A_changed_file_is_never_joined_to_the_old_beginning()
    {
        var file = new LoopbackFile(_content) { CutAfter = Cut };
        using var server = new LoopbackServer(file.Answer);
        await ShouldFailAsync(server.Source(), "*lost connection*");
        file.Content = Bytes(Size + 10, seed: 2);
        file.ETag = "\"two\"";

        var path = await NewCache().FetchAsync(server.Source());

        (await File.ReadAllBytesAsync(path)).Should().Equal(file.Content);
    }

    [Fact]
    public async Task The_tag_that_counts_after_two_cuts_is_that_of_the_newer_file()
    {
        var file = new LoopbackFile(_content) { CutAfter = Cut };
        using var server = new LoopbackServer(file.Answer);
        await ShouldFailAsync(server.Source(), "*lost connection*");
        (file.Content, file.ETag, file.CutAfter) = (Bytes(Size, seed: 2), "\"two\"", 1000);
        await ShouldFailAsync(server.Source(), "*lost connection*");

        var path = await NewCache().FetchAsync(server.Source());

        (await File.ReadAllBytesAsync(path)).Should().Equal(file.Content);
        (server.Requests[2]["Range"], server.Requests[2]["If-Range"]).Should().Be(("bytes=1000-", "\"two\""));
    }

    [Theory]
    [InlineData("ETag: \"two\"", "Content-Range: bytes 250000-599999/600000")]
    [InlineData("ETag: \"one\"", "Content-Range: bytes 250001-599999/600000")]
    [InlineData("ETag: \"one\"", "Content-Range: bytes 250000-599999/*")]
    [InlineData("ETag: \"one\"", "Content-Range: lines 250000-599999/600000")]
    [InlineData("ETag: \"one\"", "X-Range: none")]
    public async Task A_rest_that_does_not_fit_the_part_is_not_taken(string tag, string range)
    {
        var file = new LoopbackFile(_content) { CutAfter = Cut };
        using var server = new LoopbackServer(request =>
            request["Range"] is null ? file.Answer(request) : new LoopbackReply(206, Bytes(Size - Cut, seed: 9)) { Headers = { tag, range } });
        await ShouldFailAsync(server.Source(), "*lost connection*");

        var path = await NewCache().FetchAsync(server.Source());

        (await File.ReadAllBytesAsync(path)).Should().Equal(_content);
        server.Requests.Select(request => request["Range"]).Should().Equal(null, $"bytes={Cut}-", null);
    }

    [Fact]
    public async Task A_part_longer_than_the_file_is_dropped()
    {
        var file = new LoopbackFile(_content) { CutAfter = Cut };
        using var server = new LoopbackServer(file.Answer);
        await ShouldFailAsync(server.Source(), "*lost connection*");
        await using (var part = new FileStream(PartPath, FileMode.Append))
        {
            await part.WriteAsync(new byte[Size]);
        }

        var path = await NewCache().FetchAsync(server.Source());

        (await File.ReadAllBytesAsync(path)).Should().Equal(_content);
        server.Requests.Select(request => request["Range"]).Should().Equal(null, $"bytes={Size + Cut}-", null);
    }

    [Fact]
    public async Task A_whole_part_needs_no_further_byte()
    {
        var file = new LoopbackFile(_content) { CutAfter = Cut };
        using var server = new LoopbackServer(file.Answer);
        await ShouldFailAsync(server.Source(), "*lost connection*");
        await File.WriteAllBytesAsync(PartPath, _content);

        var path = await NewCache().FetchAsync(server.Source());

        (await File.ReadAllBytesAsync(path)).Should().Equal(_content);
        server.Requests.Select(request => request["Range"]).Should().Equal(null, $"bytes={Size}-");
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("0000\n\"one\"\n")]
    [InlineData(null)]
    public async Task A_part_without_its_record_is_not_trusted(string? record)
    {
        var file = new LoopbackFile(_content) { CutAfter = Cut };
        using var server = new LoopbackServer(file.Answer);
        await ShouldFailAsync(server.Source(), "*lost connection*");
        if (record is null)
        {
            File.Delete($"{PartPath}.txt");
        }
        else
        {
            await File.WriteAllTextAsync($"{PartPath}.txt", record);
        }

        var path = await NewCache().FetchAsync(server.Source());

        (await File.ReadAllBytesAsync(path)).Should().Equal(_content);
        server.Requests[1]["Range"].Should().BeNull();
    }

    [Fact]
    public async Task A_cancelled_download_can_be_gone_on_with()
    {
        var never = new TaskCompletionSource();
        var file = new LoopbackFile(_content) { CutAfter = Cut, End = never.Task };
        using var server = new LoopbackServer(file.Answer);
        using var cancel = new CancellationTokenSource();
        var stopAtTheCut = new ProgressLog(report =>
        {
            if (report.Bytes == Cut)
            {
                cancel.Cancel();
            }
        });

        await NewCache(attempts: 4).Invoking(cache => cache.FetchAsync(server.Source(), stopAtTheCut, cancel.Token)).Should().ThrowAsync<OperationCanceledException>();
        server.Requests.Should().HaveCount(1);
        file.End = Task.CompletedTask;
        var path = await NewCache().FetchAsync(server.Source());

        (await File.ReadAllBytesAsync(path)).Should().Equal(_content);
        server.Requests[1]["Range"].Should().Be($"bytes={Cut}-");
    }

    [Fact]
    public async Task A_stalled_connection_is_given_up_and_gone_on_with()
    {
        var never = new TaskCompletionSource();
        var file = new LoopbackFile(_content) { CutAfter = Cut, End = never.Task };
        using var server = new LoopbackServer(request =>
        {
            var reply = file.Answer(request);
            file.End = Task.CompletedTask;
            return reply;
        });

        var path = await NewCache(attempts: 2, options => options.StallTimeout = TimeSpan.FromSeconds(2)).FetchAsync(server.Source());

        (await File.ReadAllBytesAsync(path)).Should().Equal(_content);
        server.Requests[1]["Range"].Should().Be($"bytes={Cut}-");
    }

    [Fact]
    public async Task A_refusal_in_between_costs_nothing_of_the_part()
    {
        var file = new LoopbackFile(_content) { CutAfter = Cut };
        var refuse = false;
        using var server = new LoopbackServer(request => refuse ? new LoopbackReply(403, []) : file.Answer(request));
        await ShouldFailAsync(server.Source(), "*lost connection*");
        refuse = true;
        await ShouldFailAsync(server.Source(), "*expected status 200, got 403");
        refuse = false;

        await NewCache().FetchAsync(server.Source());

        server.Requests[2]["Range"].Should().Be($"bytes={Cut}-");
    }

    private string PartPath => Cache[Cache.FileNames().Single(name => name.EndsWith(".part", StringComparison.Ordinal))];

    private async Task ShouldFailAsync(PuzzleSource source, string message) =>
        (await NewCache().Invoking(cache => cache.FetchAsync(source)).Should().ThrowAsync<SourceException>()).WithMessage(message);
}
