using System.Globalization;
using System.Net;

namespace Hrm.Puzzles.Tests;

public class DownloadFaultTests : SourceFixture
{
    private readonly byte[] _content = Bytes(1000);

    [Fact]
    public async Task A_wrong_checksum_leaves_no_file()
    {
        using var server = new LoopbackServer(new LoopbackFile(_content).Answer);
        var wrong = new string('0', 64);

        await ShouldFailAsync(server.Source(sha256: wrong), $"{server.Origin}mazes.csv: expected the SHA-256 {wrong}, got {Sha256Of(_content)}");

        ShouldHoldNothing();
        server.Requests.Should().HaveCount(1, "the same file would come again");
    }

    [Theory]
    [InlineData(999)]
    [InlineData(1001)]
    public async Task A_wrong_stated_length_is_refused_before_the_body(int expected)
    {
        using var server = new LoopbackServer(new LoopbackFile(_content).Answer);
        var progress = new ProgressLog();

        await ShouldFailAsync(server.Source(size: expected), $"*expected {expected} bytes, got 1000", progress: progress);

        progress.Reports.Should().BeEmpty();
        ShouldHoldNothing();
    }

    [Fact]
    public async Task A_body_longer_than_the_source_states_is_stopped()
    {
        using var server = new LoopbackServer(_ => new LoopbackReply(200, _content) { Chunked = true });

        await ShouldFailAsync(server.Source(size: 999), "*expected 999 bytes, got 1000 or more");

        ShouldHoldNothing();
    }

    [Fact]
    public async Task A_body_shorter_than_the_source_states_is_kept_for_the_rest()
    {
        using var server = new LoopbackServer(_ => new LoopbackReply(200, _content) { Chunked = true, Headers = { "ETag: \"one\"" } });

        await ShouldFailAsync(server.Source(size: 1001), "*expected 1001 bytes, got 1000: the answer ended early");

        Cache.FileNames().Should().Contain(name => name.EndsWith(".part", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_stays_too_short_is_an_error_not_a_loop()
    {
        var file = new LoopbackFile(_content);
        using var server = new LoopbackServer(request =>
            request["Range"] is null ? new LoopbackReply(200, _content) { Chunked = true, Headers = { "ETag: \"one\"" } } : file.Answer(request));

        await ShouldFailAsync(server.Source(size: 1001), "*expected 1001 bytes, got 1000", attempts: 10);

        server.Requests.Should().HaveCount(2);
        ShouldHoldNothing();
    }

    [Fact]
    public async Task A_body_without_an_end_needs_a_check()
    {
        using var server = new LoopbackServer(_ => new LoopbackReply(200, _content) { StatesLength = false });

        await ShouldFailAsync(server.Source(), "*expected an answer that states its length, got one that ends with the connection*");
        var path = await NewCache().FetchAsync(server.Source(size: 1000));

        (await File.ReadAllBytesAsync(path)).Should().Equal(_content);
    }

    [Fact]
    public async Task A_chunked_body_needs_no_length()
    {
        using var server = new LoopbackServer(_ => new LoopbackReply(200, _content) { Chunked = true });
        var progress = new ProgressLog();

        var path = await NewCache().FetchAsync(server.Source(), progress);

        (await File.ReadAllBytesAsync(path)).Should().Equal(_content);
        progress.Reports[^1].Should().Be(new DownloadProgress(1000, null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_size_is_bounded_by_what_comes_and_by_what_is_stated(bool chunked)
    {
        using var server = new LoopbackServer(_ => new LoopbackReply(200, Bytes(5_000_000)) { Chunked = chunked });
        var progress = new ProgressLog();

        await ShouldFailAsync(server.Source(), "*expected at most 300000 bytes, got * or more", change: options => options.MaximumBytes = 300_000, progress: progress);

        progress.Reports.Where(report => report.Bytes > 300_000).Should().BeEmpty();
        (progress.Reports.Count > 0).Should().Be(chunked, "a stated length is refused before the body");
        ShouldHoldNothing();
    }

    [Fact]
    public async Task A_source_that_states_too_much_is_not_asked_for()
    {
        using var server = new LoopbackServer(new LoopbackFile(_content).Answer);

        await ShouldFailAsync(server.Source(size: 1000), "*expected at most 999 bytes, got 1000 or more", change: options => options.MaximumBytes = 999);

        server.Requests.Should().BeEmpty();
    }

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    [InlineData(206)]
    [InlineData(416)]
    [InlineData(204)]
    public async Task Another_status_is_an_error_at_once(int status)
    {
        using var server = new LoopbackServer(_ => new LoopbackReply(status, []));

        await ShouldFailAsync(server.Source("a.csv?key=hush"), $"{server.Origin}a.csv: expected status 200, got {status}", attempts: 4);

        server.Requests.Should().HaveCount(1);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(408)]
    public async Task A_passing_trouble_is_tried_again_after_doubling_waits(int status)
    {
        using var server = new LoopbackServer(_ => new LoopbackReply(status, []));
        var time = new HurriedTime();

        await ShouldFailAsync(server.Source(), $"*expected status 200, got {status}", attempts: 4, time: time, change: options =>
        {
            options.RetryDelay = TimeSpan.FromSeconds(20);
            options.StallTimeout = TimeSpan.FromHours(1);
        });

        server.Requests.Should().HaveCount(4);
        time.Waits.Should().Equal(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_trouble_that_passes_is_not_seen()
    {
        var file = new LoopbackFile(_content);
        var troubles = 2;
        using var server = new LoopbackServer(request => Interlocked.Decrement(ref troubles) >= 0 ? new LoopbackReply(503, []) : file.Answer(request));

        (await File.ReadAllBytesAsync(await NewCache(attempts: 3).FetchAsync(server.Source()))).Should().Equal(_content);
    }

    [Fact]
    public async Task No_server_is_a_typed_error()
    {
        var server = new LoopbackServer(new LoopbackFile(_content).Answer);
        server.Dispose();

        await ShouldFailAsync(server.Source(), "*expected an answer, got none*", attempts: 2);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_a_typed_error()
    {
        var never = new TaskCompletionSource();
        using var server = new LoopbackServer(request =>
        {
            never.Task.Wait(TimeSpan.FromSeconds(5));
            return new LoopbackReply(200, _content);
        });
        Client.Timeout = TimeSpan.FromMilliseconds(300);

        await ShouldFailAsync(server.Source(), "*expected an answer, got none in the time that the client allows");
        never.SetResult();
    }

    [Fact]
    public async Task What_a_server_says_cannot_forge_lines_of_a_log()
    {
        using var server = new LoopbackServer(_ => new LoopbackReply(200, _content) { Headers = { "no colon\u001b[31m" + new string('x', 2000) } });

        var error = (await NewCache().Invoking(cache => cache.FetchAsync(server.Source())).Should().ThrowAsync<SourceException>()).Which;

        error.Message.Should().Contain("expected an answer, got none").And.NotContain("\u001b");
        error.Problem.Length.Should().BeLessThan(250);
    }

    [Fact]
    public async Task A_compressed_answer_is_refused()
    {
        using var server = new LoopbackServer(_ => new LoopbackReply(200, _content) { Headers = { "Content-Encoding: gzip" } });

        await ShouldFailAsync(server.Source(), "*expected the file as it is, got the content encoding 'gzip'");
    }

    [Fact]
    public async Task A_redirect_is_followed()
    {
        var file = new LoopbackFile(_content);
        using var server = new LoopbackServer(request =>
            request.Path == "/b.csv" ? file.Answer(request) : new LoopbackReply(302, []) { Headers = { "Location: /b.csv" } });

        var path = await NewCache().FetchAsync(server.Source("a.csv"));

        (await File.ReadAllBytesAsync(path)).Should().Equal(_content);
        path.Should().EndWith("a.csv");
    }

    [Fact]
    public async Task A_redirect_without_an_end_is_an_error()
    {
        using var handler = new SocketsHttpHandler { MaxAutomaticRedirections = 5 };
        using var client = new HttpClient(handler);
        using var server = new LoopbackServer(request =>
            new LoopbackReply(302, []) { Headers = { string.Create(CultureInfo.InvariantCulture, $"Location: {request.Path}x?key=hush") } });

        var error = (await new SourceCache(Cache.Path, client).Invoking(cache => cache.FetchAsync(server.Source("a"))).Should().ThrowAsync<SourceException>()).Which;

        error.Problem.Should().Match($"expected the file, got status 302 to {server.Origin}a*, which the client did not follow*").And.NotContain("hush");
        server.Requests.Should().HaveCount(6);
    }

    [Theory]
    [InlineData("http://host.example/b.csv?key=hush")]
    [InlineData("http://127.0.0.1/b.csv?key=hush")]
    public async Task A_redirect_from_https_to_http_is_refused(string end)
    {
        using var client = new HttpClient(new StubHandler(request =>
        {
            // A handler that follows redirects leaves its last address here.
            request.RequestUri = new Uri(end);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(_content), RequestMessage = request };
        }));

        var error = (await new SourceCache(Cache.Path, client)
            .Invoking(cache => cache.FetchAsync(PuzzleSource.Parse("https://host.example/a.csv"))).Should().ThrowAsync<SourceException>()).Which;

        error.Message.Should().Be($"https://host.example/a.csv: expected an answer over https, got a redirect to {end[..end.IndexOf('?', StringComparison.Ordinal)]}");
        ShouldHoldNothing();
    }

    [Fact]
    public async Task A_redirect_from_this_machine_to_http_elsewhere_is_refused()
    {
        using var client = new HttpClient(new StubHandler(request =>
        {
            request.RequestUri = new Uri("http://host.example/b.csv");
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(_content), RequestMessage = request };
        }));

        (await new SourceCache(Cache.Path, client).Invoking(cache => cache.FetchAsync(PuzzleSource.Parse("http://localhost/a.csv"))).Should().ThrowAsync<SourceException>())
            .WithMessage("*got a redirect to http://host.example/b.csv");
    }

    private void ShouldHoldNothing() => Cache.FileNames().Should().OnlyContain(name => name.EndsWith(".lock", StringComparison.Ordinal));

    private async Task ShouldFailAsync(PuzzleSource source, string message, int attempts = 1, Action<SourceCacheOptions>? change = null,
        TimeProvider? time = null, ProgressLog? progress = null) =>
        (await NewCache(attempts, change, time).Invoking(cache => cache.FetchAsync(source, progress)).Should().ThrowAsync<SourceException>()).WithMessage(message);
}
