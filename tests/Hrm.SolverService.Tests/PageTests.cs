using System.Text.RegularExpressions;
using Hrm.TestKit;

namespace Hrm.SolverService.Tests;

/// <summary>The files of the page; its behaviour is tested in a browser.</summary>
public sealed class PageTests
{
    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/app.js", "text/javascript")]
    [InlineData("/style.css", "text/css")]
    [InlineData("/icon.svg", "image/svg+xml")]
    public async Task The_page_and_its_parts_come_under_a_strict_policy(string path, string type)
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(4));
        using var response = await service.Client.GetAsync(path);
        response.IsSuccessStatusCode.Should().BeTrue();
        response.Content.Headers.ContentType!.MediaType.Should().Be(type);
        response.Headers.GetValues("Content-Security-Policy").Single().Should().StartWith("default-src 'self';").And.NotContain("unsafe");
        response.Headers.GetValues("X-Content-Type-Options").Single().Should().Be("nosniff");
        response.Headers.CacheControl!.NoCache.Should().BeTrue();
        response.Headers.ETag.Should().NotBeNull();
    }

    [Fact]
    public async Task Errors_come_under_the_policy_too()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(4));
        using var response = await service.PostAsync("/api/sudoku", string.Empty);
        await response.ReadProblemAsync(400);
        response.Headers.GetValues("X-Content-Type-Options").Single().Should().Be("nosniff");
    }

    [Theory]
    [InlineData("/appsettings.json")]
    [InlineData("/SolverService.dll")]
    [InlineData("/..%2fappsettings.json")]
    public async Task Nothing_outside_of_the_page_folder_is_served(string path)
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(4));
        using var response = await service.Client.GetAsync(path);
        await response.ReadProblemAsync(404);
    }

    [Fact]
    public void The_page_has_no_inline_code_and_nothing_from_elsewhere()
    {
        var files = Directory.GetFiles(RepositoryFolder.Combine("samples", "SolverService", "wwwroot"));
        files.Should().HaveCountGreaterThan(5);
        foreach (var file in files)
        {
            var text = File.ReadAllText(file).Replace("http://www.w3.org/2000/svg", string.Empty, StringComparison.Ordinal);
            Regex.Matches(text, @"\son\w+\s*=|\sstyle\s*=|javascript:|https?://|<script(?![^>]*\ssrc=)|innerHTML|\beval\b")
                .Select(match => $"{Path.GetFileName(file)}: {match.Value}").Should().BeEmpty();
        }
    }
}
