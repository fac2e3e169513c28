namespace Hrm.Runtime.Tests;

public sealed class MessageTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("expected 1, got 'é🧩'.", "expected 1, got 'é🧩'.")]
    [InlineData("a\r\nb\t\0", @"a\u000d\u000ab\u0009\u0000")]
    [InlineData("\u001b[2J", @"\u001b[2J")]
    [InlineData("\u2028\u2029\u202e\ufeff", @"\u2028\u2029\u202e\ufeff")]
    public void Characters_that_are_not_printable_are_written_as_digits(string text, string printable)
        => MessageText.Printable(text).Should().Be(printable);

    [Fact]
    public void Halves_of_surrogate_pairs_and_tags_are_written_as_digits()
        => MessageText.Printable("a\ud83eb\udde9\U000e0041\ud83e").Should().Be(@"a\ud83eb\udde9\udb40\udc41\ud83e");

    [Fact]
    public void No_surrogate_pair_is_cut()
    {
        MessageText.Shorten("ab🧩", 3).Should().Be("ab…");
        MessageText.Shorten("ab🧩", 4).Should().Be("ab🧩");
        MessageText.Printable(new string('x', MessageText.MaxLength - 1) + "🧩").Should().Be(new string('x', MessageText.MaxLength - 1) + "…");
    }

    [Theory]
    [InlineData(MessageText.MaxLength, MessageText.MaxLength)]
    [InlineData(MessageText.MaxLength + 1, MessageText.MaxLength + 1)]
    [InlineData(1 << 20, MessageText.MaxLength + 1)]
    public void Length_is_bounded(int length, int expected)
    {
        var printable = MessageText.Printable(new string('x', length));
        printable.Should().HaveLength(expected);
        printable.EndsWith('…').Should().Be(length > MessageText.MaxLength);
    }

    [Fact]
    public void Length_is_bounded_after_escaping()
        => MessageText.Printable(new string('\n', MessageText.MaxLength)).Should().HaveLength(MessageText.MaxLength + 1);
}
