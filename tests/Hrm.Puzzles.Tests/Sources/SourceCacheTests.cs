using System.Net;
using Hrm.Core;

namespace Hrm.Puzzles.Tests;

public class SourceCacheTests : SourceFixture
{
    [Fact]
    public async Task A_download_is_equal_to_the_file_and_leaves_nothing_else()
    {
        var content = Bytes(1_000_000);
        using var server = new LoopbackServer(new LoopbackFile(content).Answer);
        var progress = new ProgressLog();

        var path = await NewCache().FetchAsync(server.Source(size: content.Length, sha256: Sha256Of(content)), progress);

        (await File.ReadAllBytesAsync(path)).Should().Equal(content);
        Path.GetFileName(path).Should().MatchRegex("^[0-9a-f]{32}-mazes.csv$");
        Cache.FileNames().Should().Equal(Path.GetFileName(path), $"{Path.GetFileName(path)}.lock");
        progress.Reports.Should().HaveCountGreaterThan(2).And.OnlyContain(report => report.TotalBytes == content.Length);
        progress.Reports.Select(report => report.Bytes).Should().BeInAscendingOrder().And.StartWith(0L).And.EndWith(content.Length);
        server.Requests.Single()["Accept-Encoding"].Should().Be("identity");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Tiny_files_arrive(int bytes)
    {
        using var server = new LoopbackServer(new LoopbackFile(Bytes(bytes)).Answer);

        (await File.ReadAllBytesAsync(await NewCache().FetchAsync(server.Source()))).Should().Equal(Bytes(bytes));
    }

    [Fact]
    public async Task A_second_fetch_asks_nobody()
    {
        var content = Bytes(1000);
        using var server = new LoopbackServer(new LoopbackFile(content).Answer);
        var progress = new ProgressLog();

        var first = await NewCache().FetchAsync(server.Source());
        var second = await NewCache().FetchAsync(server.Source(), progress);
        var third = await NewCache().FetchAsync(server.Source(size: 1000, sha256: Sha256Of(content)), progress);

        (second, third).Should().Be((first, first));
        server.Requests.Should().HaveCount(1);
        progress.Reports.Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_damaged_cached_file_is_downloaded_again(bool shortened)
    {
        var content = Bytes(1000);
        using var server = new LoopbackServer(new LoopbackFile(content).Answer);
        var source = server.Source(size: 1000, sha256: Sha256Of(content));
        var path = await NewCache().FetchAsync(source);
        await File.WriteAllBytesAsync(path, shortened ? content[..999] : Bytes(1000, seed: 2));

        await NewCache().FetchAsync(source);

        (await File.ReadAllBytesAsync(path)).Should().Equal(content);
        server.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task Addresses_that_differ_in_the_query_alone_are_different_files()
    {
        using var server = new LoopbackServer(request => new LoopbackReply(200, [(byte)request.Path[^1]]));

        var first = await NewCache().FetchAsync(server.Source("a.csv?part=1"));
        var second = await NewCache().FetchAsync(server.Source("a.csv?part=2"));

        (await File.ReadAllTextAsync(first), await File.ReadAllTextAsync(second)).Should().Be(("1", "2"));
    }

    [Theory]
    [InlineData("..%2f..%2fetc%2fpasswd", "etc_passwd")]
    [InlineData("a/b/%2e%2e", "-a")]
    [InlineData("%00%0a%1b[31m.csv", "31m.csv")]
    [InlineData("..%5c..%5cwindows.csv", "windows.csv")]
    [InlineData("", "download")]
    [InlineData("%F0%9F%92%A3.csv", "csv")]
    [InlineData("a/C:evil.csv::$DATA", "C_evil.csv___DATA")]
    public async Task Names_of_addresses_stay_inside_the_cache(string path, string name)
    {
        using var server = new LoopbackServer(_ => new LoopbackReply(200, [1]) { Headers = { "Content-Disposition: attachment; filename=\"../../evil\"" } });

        var file = await NewCache().FetchAsync(server.Source(path));

        Path.GetDirectoryName(file).Should().Be(Cache.Path);
        Path.GetFileName(file).Should().MatchRegex("^[0-9a-f]{32}-[A-Za-z0-9._-]+$").And.EndWith(name);
    }

    [Fact]
    public async Task A_name_of_any_length_is_shortened_to_its_end()
    {
        using var server = new LoopbackServer(_ => new LoopbackReply(200, [1]));

        var file = await NewCache().FetchAsync(server.Source(new string('x', 5000) + ".csv"));

        Path.GetFileName(file).Length.Should().Be(32 + 1 + 80);
        file.Should().EndWith("x.csv");
    }

    [Fact]
    public async Task Two_fetches_at_once_make_one_request()
    {
        var content = Bytes(300_000);
        var go = new TaskCompletionSource();
        using var server = new LoopbackServer(new LoopbackFile(content) { End = go.Task }.Answer);

        var fetches = Enumerable.Range(0, 4).Select(_ => NewCache().FetchAsync(server.Source())).ToArray();
        await Task.Delay(300);
        go.SetResult();
        var paths = await Task.WhenAll(fetches);

        paths.Should().OnlyContain(path => path == paths[0]);
        (await File.ReadAllBytesAsync(paths[0])).Should().Equal(content);
        server.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_fetch_that_waits_for_another_can_be_cancelled()
    {
        var go = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        using var server = new LoopbackServer(new LoopbackFile(Bytes(200_000)) { CutAfter = 100_000, End = go.Task }.Answer);
        using var cancel = new CancellationTokenSource();

        var holder = NewCache().FetchAsync(server.Source(), new ProgressLog(_ => started.TrySetResult()));
        await started.Task;
        var waiter = NewCache().FetchAsync(server.Source(), null, cancel.Token);
        await cancel.CancelAsync();

        await waiter.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        go.SetResult();
        await holder.Invoking(task => task).Should().ThrowAsync<SourceException>();
    }

    [Fact]
    public async Task Files_and_folders_pass_through()
    {
        var file = Cache["mazes.csv"];
        await File.WriteAllTextAsync(file, "x");

        (await NewCache().FetchAsync(PuzzleSource.FromPath(file))).Should().Be(file);
        (await NewCache().FetchAsync(PuzzleSource.FromPath(Cache.Path))).Should().Be(Cache.Path);
    }

    [Fact]
    public async Task A_missing_path_is_reported()
    {
        var missing = Cache["missing.csv"];

        (await NewCache().Invoking(cache => cache.FetchAsync(PuzzleSource.FromPath(missing))).Should().ThrowAsync<SourceException>())
            .WithMessage($"{missing}: expected a file or a folder, got nothing at this path").Which.Origin.Should().Be(missing);
    }

    [Fact]
    public async Task A_cache_that_cannot_be_a_folder_is_a_file_error()
    {
        await File.WriteAllTextAsync(Cache["cache"], "a file");
        using var server = new LoopbackServer(_ => new LoopbackReply(200, [1]));
        var cache = new SourceCache(Cache["cache"], Client);

        (await cache.Invoking(c => c.FetchAsync(server.Source())).Should().ThrowAsync<HrmFileException>()).Which.Path.Should().Be(Cache["cache"]);
        server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Https_is_asked_as_it_is()
    {
        Uri? asked = null;
        using var client = new HttpClient(new StubHandler(request =>
        {
            asked = request.RequestUri;
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([1, 2]), RequestMessage = request };
        }));

        var path = await new SourceCache(Cache.Path, client).FetchAsync(PuzzleSource.Parse("https://host.example/a.csv?key=1#size=2"));

        asked.Should().Be(new Uri("https://host.example/a.csv?key=1"));
        (await File.ReadAllBytesAsync(path)).Should().Equal(1, 2);
    }
}
