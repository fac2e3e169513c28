using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

public class ArcSubmissionTests
{
    private static readonly ArcPair Pair = new(ArcGrid.Parse("1"), null);
    private static readonly ArcTask Task = new("a", [new(ArcGrid.Parse("1"), ArcGrid.Parse("2"))], [Pair, Pair]);

    /// <summary>A single answer is written twice, and a missing one as a black cell.</summary>
    [Fact]
    public void Each_test_input_has_its_first_two_answers_in_order()
    {
        using var folder = new TemporaryFolder();
        var other = new ArcTask("007bbfb7", Task.Train, [Pair, Pair, Pair]);

        new ArcVoteResult([
            new(Task, [new(Pair, [Answer("12/34"), Answer("5"), Answer("6")]), new(Pair, [Answer("7"), Answer("88")])]),
            new(other, [new(Pair, [Answer(null), Answer("0"), Answer("9")]), new(Pair, [Answer("3")]), new(Pair, [Answer(null)])]),
        ]).WriteSubmission(folder["submission.json"]);

        File.ReadAllText(folder["submission.json"]).Should().Be(
            """{"a":[{"attempt_1":[[1,2],[3,4]],"attempt_2":[[5]]},{"attempt_1":[[7]],"attempt_2":[[8,8]]}],"007bbfb7":[{"attempt_1":[[0]],"attempt_2":[[9]]},{"attempt_1":[[3]],"attempt_2":[[3]]},{"attempt_1":[[0]],"attempt_2":[[0]]}]}""");
        folder.FileNames().Should().Equal("submission.json");
    }

    [Fact]
    public void A_missing_folder_is_a_typed_error()
    {
        using var folder = new TemporaryFolder();
        var path = folder["missing", "submission.json"];

        FluentActions.Invoking(() => new ArcVoteResult([]).WriteSubmission(path)).Should().Throw<HrmFileException>()
            .WithMessage($"{path}: could not be written: *").Which.Path.Should().Be(path);
    }

    [Fact]
    public void A_submission_is_read_and_scored()
    {
        using var folder = new TemporaryFolder();
        ArcTask[] tasks =
        [
            new("a", Task.Train, [Pair with { Output = ArcGrid.Parse("12/34") }, Pair with { Output = ArcGrid.Parse("88") }]),
            new("b", Task.Train, [Pair with { Output = ArcGrid.Parse("5") }]),
            new("c", Task.Train, [Pair]),
        ];
        File.WriteAllText(folder["s.json"], """{"a":[{"attempt_2":[[1,2],[3,4]],"attempt_1":[[5]],"note":1},{"attempt_1":[[8,8]],"attempt_2":[[0]]}],"c":[{"attempt_1":[[0]],"attempt_2":[[0]]}]}""");

        var result = ArcVoteResult.ReadSubmission(folder["s.json"], tasks);

        result.Tasks[0].Tests.Select(test => test.RankOfAnswer).Should().Equal(2, 1);
        (result.PassPercent(1), result.PassPercent(2), result.ScorePercent(1), result.ScorePercent(2)).Should().Be((0, 50, 25, 50), "b is missing, c has no known output");
        result.WriteSubmission(folder["copy.json"]);
        ArcVoteResult.ReadSubmission(folder["copy.json"], tasks).ScorePercent(2).Should().Be(50);
    }

    [Theory]
    [InlineData("[]", null, "expected an object of lists of attempts, got a list")]
    [InlineData("""{"z":[]}""", "z", "expected the names of the 1 tasks, got another")]
    [InlineData("""{"a":[]}""", "a", "expected attempts for 2 test inputs, got 0")]
    [InlineData("""{"a":{}}""", "a", "expected a list of attempts, got an object")]
    [InlineData("""{"a":[1]}""", "a[0]", "expected an object with attempt_1 and attempt_2, got 1")]
    [InlineData("""{"a":[{"attempt_1":[[1]]}]}""", "a[0].attempt_2", "expected a grid, got none")]
    [InlineData("""{"a":[{"attempt_1":[[1]],"attempt_2":[[1],[10]]}]}""", "a[0].attempt_2[1][0]", "expected a colour of 0 to 9, got 10")]
    [InlineData("""{"a":[],"a":[]}""", "a", "expected each name once, got it twice")]
    public void Errors_of_a_submission_name_the_key(string json, string? place, string problem)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["s.json"], json);

        var error = FluentActions.Invoking(() => ArcVoteResult.ReadSubmission(folder["s.json"], [Task])).Should().Throw<HrmFormatException>().Which;

        (error.Path, error.Place, error.Problem).Should().Be((folder["s.json"], place, problem));
    }

    private static ArcCandidate Answer(string? grid) => new(grid is null ? null : ArcGrid.Parse(grid), 1, 0.5);
}
