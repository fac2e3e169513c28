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

    private static ArcCandidate Answer(string? grid) => new(grid is null ? null : ArcGrid.Parse(grid), 1, 0.5);
}
