using System.Diagnostics;
using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.PyTorch.Tests;

public sealed class YamlReaderTests
{
    [Fact]
    public void Plain_values_are_read_with_their_lines()
    {
        var root = YamlReader.Read("# comment\na: 1\nb:\n  c: 'two'\n  d: [x, {y: z}]\ne: null\n", "f");
        root.Items!.Keys.Should().Equal("a", "b", "e");
        root.Items["a"].Should().Be(new YamlValue(2, "1", IsPlain: true));
        var inner = root.Items["b"].Items!;
        inner["c"].Should().Be(new YamlValue(4, "two"));
        inner["d"].Should().Be(new YamlValue(5));
    }

    [Theory]
    [InlineData("", "line 1: *DocumentStart*")]
    [InlineData("text", "line 1: expected keys with values")]
    [InlineData("[a]", "expected keys with values")]
    [InlineData("a: 1\n---\nb: 2", "line 2: *StreamEnd*")]
    [InlineData("a: 1\nb: 2\na: 3", "line 3: expected a text of at most 1024 characters as a key, each once, got 'a'")]
    [InlineData("a: *x", "line 1: *")]
    [InlineData("a0: &a0 [x, x]\na1: &a1 [*a0, *a0]\na2: [*a1, *a1]", "line 1: *got an anchor or a tag")] // a bomb: refused before any alias
    [InlineData("a: !!int 1", "got an anchor or a tag")]
    [InlineData("a: !!python/object/apply:os.system ['true']", "got an anchor or a tag")]
    [InlineData("? [a]\n: 1", "expected a text of at most 1024 characters as a key, each once, got 'a list or mapping'")]
    [InlineData("a: b: c", "line 1: *")]
    public void Values_that_are_not_plain_are_refused(string text, string expected) => Refuse(text, $"f: {(expected.StartsWith("line", StringComparison.Ordinal) ? "" : "*")}{expected}*");

    [Theory]
    [InlineData("a: ", "[")]
    [InlineData("a: ", "{b: ")]
    [InlineData("a:\n", "- ")]
    [InlineData("", "? ")]
    public void Deep_nesting_is_refused_quickly(string start, string open)
    {
        var text = start + string.Concat(Enumerable.Repeat(open, 100_000));
        var watch = Stopwatch.StartNew();
        Refuse(text, "f: line *");
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Too_many_values_and_too_long_keys_are_refused()
    {
        Refuse(string.Concat(Enumerable.Range(0, 6_000).Select(i => $"k{i}: 1\n")), "f: line *: expected at most 10000 values nested at most 16 deep, got more*");
        Refuse($"{new string('k', 1_000)}{new string('k', 25)}: 1", "f: line 1: *");
    }

    private static void Refuse(string text, string message)
        => FluentActions.Invoking(() => YamlReader.Read(text, "f")).Should().Throw<InvalidConfigException>().WithMessage(message);
}
