using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

public class ArcCombinedFileTests
{
    private const string Demonstrations = """ "train":[{"input":[[1]],"output":[[2]]}]""";
    private const string Challenges = "{\"b\":{" + Demonstrations + ",\"test\":[{\"input\":[[3]]},{\"input\":[[4]]}]},\"a\":{\"test\":[{\"input\":[[5]]}]," + Demonstrations + "}}";

    [Fact]
    public void Tasks_have_the_order_of_the_file_and_the_answers_of_the_solutions()
    {
        var tasks = Read(Challenges, """{"a":[[[9, 9]]],"b":[[[6]],[[7],[8]]]}""");

        Read(Challenges).Select(task => (task.Name, task.Test.Count, task.HasAnswers)).Should().Equal(("b", 2, false), ("a", 1, false));
        tasks.Should().OnlyContain(task => task.HasAnswers);
        tasks[0].Test.Should().Equal(new ArcPair(ArcGrid.Parse("3"), ArcGrid.Parse("6")), new ArcPair(ArcGrid.Parse("4"), ArcGrid.Parse("7/8")));
        tasks[1].Test.Should().Equal(new ArcPair(ArcGrid.Parse("5"), ArcGrid.Parse("99")));
    }

    [Theory]
    [InlineData("{}", null, null, "expected train and test, or tasks under their names, got neither")]
    [InlineData("{\"a\":[[[1]]]}", null, null, "expected train and test, or tasks under their names, got neither")]
    [InlineData("[]", null, null, "expected an object with train and test, got a list")]
    [InlineData("{\"a\":{" + Demonstrations + ",\"test\":[{\"input\":[[3]]}]},\"a\":{}}", null, "a", "expected each name once, got it twice")]
    [InlineData("{\"a\":{" + Demonstrations + ",\"test\":[{\"input\":[[3,11]]}]}}", null, "a.test[0].input[0][1]", "expected a colour of 0 to 9, got 11")]
    [InlineData("{\"a\":{" + Demonstrations + ",\"test\":[]}}", null, "a.test", "expected at least one pair, got none")]
    [InlineData("{\"a\":[],\"b\":{\"train\":[]}}", null, "a", "expected an object with train and test, got a list")]
    [InlineData("{\"\":{" + Demonstrations + ",\"test\":[{\"input\":[[3]]}]}}", null, "''.name", "expected a name of 1 to 200 characters, got 0")]
    [InlineData("{\"<blank>\":{" + Demonstrations + ",\"test\":[{\"input\":[[3]]}]}}", null, "'<blank>'.name", "expected a name that is not <blank>*")]
    [InlineData(Challenges, """{"b":[[[6]],[[7]]]}""", "a", "expected 1 grids, one per test pair, got 0")]
    [InlineData(Challenges, """{"b":[[[6]]],"a":[[[6]]]}""", "b", "expected 2 grids, one per test pair, got 1")]
    [InlineData(Challenges, """{"b":[[[6]],[[7]]],"a":[[[6]]],"c":[[[6]]]}""", null, "expected the names of tasks, got 'c', which is none")]
    [InlineData(Challenges, """{"b":[[[6]],[[7],[8,9]]]}""", "b[1][1]", "expected 1 cells as in row 0, got 2")]
    [InlineData(Challenges, """{"b":[[[6]],null]}""", "b[1]", "expected a list of rows, got null")]
    [InlineData(Challenges, """{"b":[[[6]],[[7]]],"b":[]}""", "b", "expected each name once, got it twice")]
    [InlineData(Challenges, "[]", null, "expected an object of lists of grids, got a list")]
    [InlineData(Challenges, """{"b":{}}""", "b", "expected a list of grids, got an object")]
    [InlineData("{\"a\":{" + Demonstrations + ",\"test\":[{\"input\":[[3]],\"output\":[[1]]}]}}", """{"a":[[[6]]]}""", "a[0]", "expected the output in the task's own file, got another grid")]
    public void Errors_name_file_and_key(string challenges, string? solutions, string? field, string problem)
    {
        var error = FluentActions.Invoking(() => Read(challenges, solutions)).Should().Throw<HrmFormatException>().Which;

        Path.GetFileName(error.Path).Should().Be(solutions is null ? "challenges.json" : "solutions.json");
        error.Place.Should().Be(field);
        error.Problem.Should().Match(problem);
    }

    private static IReadOnlyList<ArcTask> Read(string challenges, string? solutions = null)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["challenges.json"], challenges);
        if (solutions is not null)
        {
            File.WriteAllText(folder["solutions.json"], solutions);
        }

        return ArcTaskFile.ReadSets(folder["challenges.json"]).Should().ContainSingle().Subject.Tasks;
    }
}
