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
    public async Task The_page_and_its_files_have_a_strict_policy(string path, string type)
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
    public void The_page_has_no_inline_code_and_no_external_content()
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
