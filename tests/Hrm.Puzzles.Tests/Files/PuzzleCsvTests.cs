namespace Hrm.Puzzles.Tests;

public class PuzzleCsvTests
{
    [Theory]
    [InlineData("maze_30x30_hard_train.csv")]
    [InlineData("maze_30x30_hard_test.csv")]
    public void Surrounding_spaces_are_kept_and_the_file_is_rewritten_byte_for_byte(string file)
    {
        using var copy = new TemporaryFile();
        var rows = PuzzleCsv.ReadRows(PuzzleLines.Read(SampleData.PathOf(file)), file).ToArray();

        rows.Should().HaveCount(1000).And.OnlyContain(row => row.Question.Length == 900 && row.Answer.Length == 900);
        rows.Should().Contain(row => row.Question.StartsWith(' ')).And.Contain(row => row.Question.EndsWith(' '));
        PuzzleCsv.Write(copy.Path, rows, row => row);
        File.ReadAllBytes(copy.Path).Should().Equal(File.ReadAllBytes(SampleData.PathOf(file)));
    }

    [Fact]
    public void A_link_is_kept_and_its_target_written()
    {
        using var target = new TemporaryFile("old");
        var link = target.Path + ".link";
        File.CreateSymbolicLink(link, target.Path);

        PuzzleCsv.Write(link, [new PuzzleCsvRow(2, "a", "b", "c", null)], row => row);

        File.ReadAllText(target.Path).Should().Be(PuzzleCsv.Header + "\na,b,c,\n");
        new FileInfo(link).LinkTarget.Should().Be(target.Path);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a,b", "a|b")]
    [InlineData(",,", "||")]
    [InlineData(" a , b ", " a | b ")]
    [InlineData("\"a,b\",\"c\"\"d\",\"\"", "a,b|c\"d|")]
    [InlineData("\"\"\"\",x", "\"|x")]
    public void Split_gives_the_fields_of_a_line(string line, string fields) =>
        CsvFields.Split(line, "file", 1).Should().Equal(fields.Split('|'));
}
