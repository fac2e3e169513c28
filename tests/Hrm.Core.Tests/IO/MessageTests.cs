using System.Text.Json;

namespace Hrm.Core.Tests.IO;

/// <summary>Text of a file cannot forge lines in any part of an exception.</summary>
public sealed class MessageTests
{
    [Fact]
    public void Every_text_of_an_exception_is_printable()
    {
        var format = new HrmFormatException("bad\n", "file", place: "tensor 'a\n'");
        (format.Problem, format.Place).Should().Be((@"bad\u000a", @"tensor 'a\u000a'"));
        new HrmFormatException("bad").Place.Should().BeNull();
        new InvalidConfigException("file", ["a\n"]).Errors.Should().Equal(@"a\u000a");

        FluentActions.Invoking(() => JsonSerializer.Deserialize("{\"mixing\": \"a\\n\"}", HrmConfigJson.Default.HrmConfig))
            .Should().Throw<JsonException>().WithMessage(@"expected *, got 'a\u000a'*");
    }
}
