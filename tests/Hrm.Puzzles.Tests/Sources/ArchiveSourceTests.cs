namespace Hrm.Puzzles.Tests;

public class ArchiveSourceTests : SourceFixture
{
    private readonly byte[] _zip = ZipBytes.Of(("tasks/a.json", "text"));

    [Theory]
    [InlineData("tasks.zip")]
    [InlineData("tasks.ZIP")]
    public async Task A_zip_address_gives_the_folder_of_its_content(string name)
    {
        using var server = new LoopbackServer(new LoopbackFile(_zip).Answer);

        var folder = await NewCache().FetchAsync(server.Source(name, sha256: Sha256Of(_zip)));
        var again = await NewCache().FetchAsync(server.Source(name, sha256: Sha256Of(_zip)));

        again.Should().Be(folder).And.EndWith("-tasks");
        (await File.ReadAllTextAsync(Path.Combine(folder, "tasks", "a.json"))).Should().Be("text");
        server.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_lost_folder_is_unpacked_again_without_a_request()
    {
        using var server = new LoopbackServer(new LoopbackFile(_zip).Answer);
        var folder = await NewCache().FetchAsync(server.Source("tasks.zip"));
        Directory.Delete(folder, recursive: true);

        await NewCache().FetchAsync(server.Source("tasks.zip"));

        File.Exists(Path.Combine(folder, "tasks", "a.json")).Should().BeTrue();
        server.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_new_archive_replaces_the_old_content()
    {
        var file = new LoopbackFile(_zip);
        using var server = new LoopbackServer(file.Answer);
        var folder = await NewCache().FetchAsync(server.Source("tasks.zip"));
        file.Content = ZipBytes.Of(("tasks/b.json", "newer"));

        await NewCache().FetchAsync(server.Source("tasks.zip", sha256: Sha256Of(file.Content)));

        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Should().Equal(Path.Combine(folder, "tasks", "b.json"));
    }

    [Fact]
    public async Task A_hostile_archive_is_not_kept()
    {
        var file = new LoopbackFile(ZipBytes.Of(("../evil.json", "text")));
        using var server = new LoopbackServer(file.Answer);
        var source = server.Source("tasks.zip?key=hush");

        (await NewCache().Invoking(cache => cache.FetchAsync(source)).Should().ThrowAsync<SourceException>())
            .WithMessage($"{server.Origin}tasks.zip: '../evil.json': expected a relative name*");
        Directory.EnumerateFileSystemEntries(Cache.Path).Should().OnlyContain(path => path.EndsWith(".lock", StringComparison.Ordinal));
        file.Content = _zip;

        Directory.Exists(await NewCache().FetchAsync(source)).Should().BeTrue();
    }

    [Theory]
    [InlineData(1, 1000, "*at most 1 files and folders*")]
    [InlineData(10, 3, "*at most 3 bytes unpacked*")]
    public async Task The_limits_of_the_options_take_effect(int entries, int bytes, string message)
    {
        using var server = new LoopbackServer(new LoopbackFile(_zip).Answer);
        var cache = NewCache(change: options =>
        {
            options.MaximumArchiveEntries = entries;
            options.MaximumArchiveBytes = bytes;
        });

        (await cache.Invoking(c => c.FetchAsync(server.Source("tasks.zip"))).Should().ThrowAsync<SourceException>()).WithMessage(message);
    }

    [Fact]
    public async Task Fetches_at_once_unpack_once()
    {
        using var server = new LoopbackServer(new LoopbackFile(_zip).Answer);

        var folders = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => NewCache().FetchAsync(server.Source("tasks.zip"))));

        folders.Should().OnlyContain(folder => File.Exists(Path.Combine(folder, "tasks", "a.json")));
        server.Requests.Should().HaveCount(1);
    }
}
