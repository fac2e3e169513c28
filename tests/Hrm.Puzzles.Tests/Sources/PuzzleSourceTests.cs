namespace Hrm.Puzzles.Tests;

public class PuzzleSourceTests
{
    private static readonly string Digits = string.Concat(Enumerable.Repeat("0123456789ABCDEF", 4));

    [Theory]
    [InlineData("mazes.csv")]
    [InlineData("/data/mazes#1.csv")]
    [InlineData(@"C:\data\mazes.csv")]
    [InlineData("c://data")]
    [InlineData("not-a_scheme://data")]
    public void Text_without_a_scheme_is_a_path(string text)
    {
        var source = PuzzleSource.Parse(text);

        (source.LocalPath, source.Address, source.ExpectedSize, source.Sha256).Should().Be((text, null, null, null));
        source.ToString().Should().Be(text);
    }

    [Fact]
    public void An_address_carries_its_checks_in_its_fragment()
    {
        var source = PuzzleSource.Parse($"https://host.example/a/mazes.csv?key=secret#sha256={Digits}&size=12");

        source.LocalPath.Should().BeNull();
        source.Address.Should().Be(new Uri("https://host.example/a/mazes.csv?key=secret"));
        source.Address!.Fragment.Should().BeEmpty();
        (source.ExpectedSize, source.Sha256).Should().Be((12, Digits.ToLowerInvariant()));
        source.ToString().Should().Be("https://host.example/a/mazes.csv");
    }

    [Fact]
    public void Checks_are_optional()
    {
        var source = PuzzleSource.Parse("https://host.example/mazes.csv");

        (source.ExpectedSize, source.Sha256).Should().Be((null, null));
    }

    [Theory]
    [InlineData("http://localhost/mazes.csv")]
    [InlineData("http://127.0.0.1:8080/mazes.csv")]
    [InlineData("http://[::1]/mazes.csv")]
    public void Http_is_allowed_on_this_machine(string text) => PuzzleSource.Parse(text).Address.Should().Be(new Uri(text));

    [Theory]
    [InlineData("", "'': expected a path or an https address, got no usable text")]
    [InlineData("  ", "'  ': expected a path*")]
    [InlineData("a\0b", "'a\\u0000b': expected a path*")]
    [InlineData("http://host.example/mazes.csv", "http://host.example/mazes.csv: expected an https address, or http on this machine alone, got http")]
    [InlineData("http://127.0.0.1.example/a", "http://127.0.0.1.example/a: expected an https address*")]
    [InlineData("file:///etc/passwd", "*expected an https address, or http on this machine alone, got file")]
    [InlineData("ftp://host.example/a", "*got ftp")]
    [InlineData("https://", "https://…: expected a path or an https address, got text that is no valid address")]
    [InlineData("https://host.example/a#readme", "https://host.example/a: fragment: expected 'sha256=' with hexadecimal digits or 'size=' with a number of bytes, each at most once, got 'readme'")]
    [InlineData("https://host.example/a#size=1&size=2", "*fragment*got 'size=2'")]
    [InlineData("https://host.example/a#size=-1", "*fragment*got 'size=-1'")]
    [InlineData("https://host.example/a#size=1,000", "*fragment*got 'size=1,000'")]
    [InlineData("https://host.example/a#sha256=12g4", "https://host.example/a: sha256: expected 64 hexadecimal digits, got '12g4'")]
    [InlineData("https://host.example/a#sha256=", "*sha256: expected 64 hexadecimal digits, got ''")]
    public void Text_that_is_no_source_is_refused(string text, string message) =>
        FluentActions.Invoking(() => PuzzleSource.Parse(text)).Should().Throw<SourceException>().WithMessage(message);

    [Theory]
    [InlineData("https://name:hush@host.example/a?key=hush")]
    [InlineData("ftp://name:hush@host.example/a?key=hush#hush")]
    [InlineData("https://name:hush@host example:x/?key=hush")]
    [InlineData("https://host.example/a?key=hush#size=x")]
    public void No_message_tells_a_secret(string text)
    {
        var error = FluentActions.Invoking(() => PuzzleSource.Parse(text)).Should().Throw<SourceException>().Which;

        error.ToString().Should().NotContain("hush");
        error.Message.Should().Be($"{error.Origin}: {error.Problem}");
    }

    [Fact]
    public void Separate_checks_are_checked_too()
    {
        var address = new Uri("https://host.example/a");

        FluentActions.Invoking(() => PuzzleSource.FromAddress(address, expectedSize: -1)).Should().Throw<SourceException>()
            .WithMessage("https://host.example/a: size: expected a number of bytes, got -1");
        FluentActions.Invoking(() => PuzzleSource.FromAddress(new Uri("a/b", UriKind.Relative))).Should().Throw<SourceException>()
            .WithMessage("address: expected an absolute https address, got a relative one");
        PuzzleSource.FromAddress(address, 0, Digits).Sha256.Should().Be(Digits.ToLowerInvariant());
    }
}
