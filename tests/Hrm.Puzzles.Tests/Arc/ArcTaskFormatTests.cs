using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

public sealed class ArcTaskFormatTests : IDisposable
{
    private const string Test = """ "test":[{"input":[[3]],"output":[[4]]}]""";
    private const string Good = """{"train":[{"input":[[1, 2]],"output":[[2]]},{"input":[[5]],"output":[[5]]}],"test":[{"input":[[3]],"output":[[4]]}]}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("[[1,2],[3]]", "[1]", "expected 2 cells as in row 0, got 1")]
    [InlineData("[[1,2],[3,10]]", "[1][1]", "expected a colour of 0 to 9, got 10")]
    [InlineData("[[1,-1]]", "[0][1]", "expected a colour of 0 to 9, got -1")]
    [InlineData("[[1,2.0]]", "[0][1]", "expected a colour of 0 to 9, got 2.0")]
    [InlineData("[[1,\"2\"]]", "[0][1]", "expected a colour of 0 to 9, got a string")]
    [InlineData("[[1,12]]", "[0][1]", "expected a colour of 0 to 9, got 12")]
    [InlineData("[[1,1e0]]", "[0][1]", "expected a colour of 0 to 9, got 1e0")]
    [InlineData("[[1,true]]", "[0][1]", "expected a colour of 0 to 9, got True")]
    [InlineData("[[1,null]]", "[0][1]", "expected a colour of 0 to 9, got null")]
    [InlineData("[[1,[2]]]", "[0][1]", "expected a colour of 0 to 9, got a list")]
    [InlineData("[]", "", "expected 1 to 30 rows, got 0")]
    [InlineData("[[]]", "[0]", "expected 1 to 30 cells, got 0")]
    [InlineData("[[1],[]]", "[1]", "expected 1 to 30 cells, got 0")]
    [InlineData("[1]", "[0]", "expected a list of cells, got 1")]
    [InlineData("{}", "", "expected a list of rows, got an object")]
    public void Errors_in_a_grid_name_the_keys(string grid, string place, string problem)
    {
        foreach (var key in new[] { "input", "output" })
        {
            var pair = key == "input" ? $$"""{"input":{{grid}},"output":[[1]]}""" : $$"""{"input":[[1]],"output":{{grid}}}""";
            ShouldFail($$"""{"train":[{"input":[[0]],"output":[[0]]},{{pair}}],{{Test}}}""", $"train[1].{key}{place}", problem);
            ShouldFail($$"""{"train":[{"input":[[0]],"output":[[0]]}],"test":[{{pair}}]}""", $"test[0].{key}{place}", problem);
        }
    }

    [Fact]
    public void Whitespace_in_a_row_does_not_matter()
        => Read(TaskWith("[ [1,\t2 ,\r\n3 ],[4,5,6] ]")).Train[0].Input.Should().Be(ArcGrid.Parse("123/456"));

    [Fact]
    public void Sides_of_31_are_rejected_and_sides_of_30_are_not()
    {
        var row = "[" + string.Join(',', Enumerable.Repeat(1, 30)) + "]";
        Read(TaskWith($"[{string.Join(',', Enumerable.Repeat(row, 30))}]")).Train[0].Input.Cells.Length.Should().Be(900);

        ShouldFail(TaskWith($"[{string.Join(',', Enumerable.Repeat("[1]", 31))}]"), "train[0].input", "expected 1 to 30 rows, got 31");
        ShouldFail(TaskWith($"[{row[..^1]},1]]"), "train[0].input[0]", "expected 1 to 30 cells, got 31");
    }

    [Theory]
    [InlineData("""{"test":[{"input":[[3]]}]}""", "train", "expected a list of pairs, got none")]
    [InlineData("""{"train":[{"input":[[3]],"output":[[1]]}]}""", "test", "expected a list of pairs, got none")]
    [InlineData("""{"train":[],"test":[{"input":[[3]]}]}""", "train", "expected at least one pair, got none")]
    [InlineData("""{"train":[{"input":[[3]],"output":[[1]]}],"test":[]}""", "test", "expected at least one pair, got none")]
    [InlineData("""{"train":[{"input":[[3]]}],"test":[{"input":[[3]]}]}""", "train[0]", "expected an output with every demonstration, got none")]
    [InlineData("""{"train":[{"output":[[3]]}],"test":[{"input":[[3]]}]}""", "train[0].input", "expected a grid, got none")]
    [InlineData("""{"train":[{"input":[[3]],"output":[[1]]}],"test":[{}]}""", "test[0].input", "expected a grid, got none")]
    [InlineData("""{"train":[{"input":[[3]],"input":[[3]]}],"test":[]}""", "train[0].input", "expected each key once, got it twice")]
    [InlineData("""{"train":[{"input":[[3]],"output":[[3]],"output":[[3]]}],"test":[]}""", "train[0].output", "expected each key once, got it twice")]
    [InlineData("""{"train":[{"input":[[3]],"output":[[3]]}],"test":[],"test":[]}""", "test", "expected each key once, got it twice")]
    [InlineData("""{"train":{"input":[[3]]}}""", "train", "expected a list of pairs, got an object")]
    [InlineData("""{"train":[[[3]]]}""", "train[0]", "expected an object with input and output, got a list")]
    [InlineData("""{"train":[null]}""", "train[0]", "expected an object with input and output, got null")]
    [InlineData("""{"train":"all"}""", "train", "expected a list of pairs, got a string")]
    [InlineData("[]", null, "expected an object with train and test, got a list")]
    [InlineData("null", null, "expected an object with train and test, got null")]
    [InlineData("""{"\ud800":{"train":[]}}""", null, "expected keys that are valid Unicode, got an escaped half of a surrogate pair")]
    public void Errors_in_a_task_name_the_keys(string json, string? field, string problem) => ShouldFail(json, field, problem);

    [Theory]
    [InlineData("{", 1)]
    [InlineData("{\n\"train\":\n[{]", 3)]
    [InlineData("{\"train\":[{\"input\":[[01]]}]}", 1)]
    [InlineData("{\"train\":[{\"input\":[[NaN]]}]}", 1)]
    [InlineData(Good + "{}", 1)]
    public void Invalid_JSON_is_reported_with_its_line(string json, int line)
    {
        File.WriteAllText(_folder["a.json"], json);

        var error = FluentActions.Invoking(() => ArcTaskFile.ReadSets(_folder["a.json"])).Should().Throw<HrmFormatException>().Which;

        (error.Path, error.Line).Should().Be((_folder["a.json"], line));
        error.Problem.Should().MatchRegex("^byte [0-9]+: expected JSON: '?.").And.NotContain("LineNumber");
    }

    [Fact]
    public void Deep_input_is_rejected()
        => ShouldFail("{\"x\":" + new string('[', 100_000), null, "byte *: expected JSON: The maximum configured depth of 16 has been exceeded*");

    [Fact]
    public void Bytes_that_are_not_UTF8_are_rejected()
    {
        File.WriteAllBytes(_folder["a.json"], [(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}']);

        FluentActions.Invoking(() => ArcTaskFile.ReadSets(_folder["a.json"])).Should().Throw<HrmFormatException>()
            .WithMessage($"{_folder["a.json"]}: expected UTF-8, got invalid bytes");
    }

    private static string TaskWith(string grid) => $$"""{"train":[{"input":{{grid}},"output":[[0]]}],{{Test}}}""";

    private ArcTask Read(string json)
    {
        File.WriteAllText(_folder["a.json"], json);
        return ArcTaskFile.ReadSets(_folder["a.json"]).Should().ContainSingle().Subject.Tasks.Should().ContainSingle().Subject;
    }

    private void ShouldFail(string json, string? field, string problem)
    {
        File.WriteAllText(_folder["a.json"], json);

        var error = FluentActions.Invoking(() => ArcTaskFile.ReadSets(_folder["a.json"])).Should().Throw<HrmFormatException>().Which;

        (error.Path, error.Place).Should().Be((_folder["a.json"], field));
        error.Problem.Should().Match(problem);
        error.Message.Should().StartWith(_folder["a.json"]).And.EndWith(field is null ? error.Problem : $", {field}: {error.Problem}");
    }
}
