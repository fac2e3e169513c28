using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class ArcVoteTests
{
    private static readonly ArcGrid Question = ArcGrid.Parse("12/34");
    private static readonly ArcGrid Right = ArcGrid.Parse("567");
    private static readonly ArcTask Task = new("a", [new(Question, Right)], [new(Question, Right)]);

    [Fact]
    public void Answers_are_ranked_by_votes_and_then_by_mean_confidence()
    {
        var vote = new ArcVote([Task]);
        Add(vote, "1", 9);
        Add(vote, "2", -1, 3);
        Add(vote, "3", 1, 0);
        Add(vote, "4", -5, -5, -5);

        var candidates = vote.Rank().Tasks.Single().Tests.Single().Candidates;

        candidates.Select(candidate => (candidate.Grid!.ToString(), candidate.Votes)).Should().Equal(("4", 3), ("3", 2), ("2", 2), ("1", 1));
        candidates[1].Confidence.Should().BeApproximately((0.7310585786 + 0.5) / 2, 1e-7);
        candidates[2].Confidence.Should().BeApproximately((0.2689414214 + 0.9525741268) / 2, 1e-7);
    }

    [Fact]
    public void Ties_keep_the_order_in_which_they_were_added()
    {
        var vote = new ArcVote([Task]);
        Add(vote, "3", 2);
        Add(vote, "1", 2);

        // Both round to 1 in float32, as in the authors' evaluation.
        Add(vote, "9", 30);
        Add(vote, "8", 40);
        Add(vote, "7", float.PositiveInfinity);

        Ranked(vote).Should().Equal("9", "8", "7", "3", "1");
    }

    [Property(MaxTest = 100)]
    public void Variants_vote_for_the_answer_without_their_augmentation(int seed)
    {
        var random = new Random(seed);
        var task = RandomArc.Task("t", random, test: 3, maximumSide: 30);
        var vote = new ArcVote([task]);
        for (var i = 0; i < 10; i++)
        {
            var augmentation = ArcAugmentation.Random(random);
            var id = new ArcPuzzleId("t", augmentation);
            foreach (var pair in task.Test.Select(augmentation.Apply))
            {
                vote.Add(id.ToString(), ArcEncoding.Encode(pair.Input), ArcEncoding.Encode(pair.Output!), (float)random.NextDouble());
            }
        }

        var result = vote.Rank();

        result.Tasks.Single().Tests.Select(test => (test.Candidates.Count, test.Candidates[0].Votes, test.RankOfAnswer)).Should().Equal((1, 10, 1), (1, 10, 1), (1, 10, 1));
        result.PassPercent(1).Should().Be(100);
    }

    [Fact]
    public void A_task_is_solved_if_all_its_test_inputs_are()
    {
        var other = ArcGrid.Parse("99");
        var task = new ArcTask("b", Task.Train, [new(Question, Right), new(other, Right)]);
        var vote = new ArcVote([Task, task]);
        Add(vote, "567", 0);
        vote.Add("b", ArcEncoding.Encode(Question), ArcEncoding.Encode(Right), 0);
        vote.Add("b", ArcEncoding.Encode(other), ArcEncoding.Encode(ArcGrid.Parse("1")), 1);
        vote.Rank().PassPercent(10).Should().Be(50);
        vote.Rank().ScorePercent(10).Should().Be(75, "of the second task one of two inputs is solved");

        vote.Add("b", ArcEncoding.Encode(other), ArcEncoding.Encode(Right), 0);

        vote.Rank().PassPercent(1).Should().Be(50);
        vote.Rank().PassPercent(2).Should().Be(100);
        (vote.Rank().ScorePercent(1), vote.Rank().ScorePercent(2)).Should().Be((75, 100));
        vote.Rank().Tasks[1].Tests.Select(test => test.RankOfAnswer).Should().Equal(1, 2);
    }

    [Fact]
    public void A_prediction_without_a_grid_is_an_answer_that_is_never_right()
    {
        var vote = new ArcVote([Task]);
        vote.Add("a", ArcEncoding.Encode(Question), new int[900], 3);
        vote.Add("a", ArcEncoding.Encode(Question), [1, .. new int[899]], 3);
        Add(vote, "567", 9);

        var test = vote.Rank().Tasks.Single().Tests.Single();

        test.Candidates.Select(candidate => (candidate.Grid, candidate.Votes)).Should().Equal((null, 2), (Right, 1));
        (test.RankOfAnswer, vote.Rank().PassPercent(1), vote.Rank().PassPercent(2)).Should().Be((2, 0, 100));
    }

    [Fact]
    public void A_task_without_rows_is_not_solved_and_one_without_answers_does_not_count()
    {
        var unknown = new ArcTask("c", Task.Train, [new(Question, null)]);
        var vote = new ArcVote([Task, unknown]);
        vote.Add("c", ArcEncoding.Encode(Question), ArcEncoding.Encode(Right), 0);

        vote.Rank().PassPercent(1).Should().Be(0);
        vote.Rank().Tasks[1].IsSolved(1).Should().BeFalse();
        Add(vote, "567", 0);
        vote.Rank().PassPercent(1).Should().Be(100);
        vote.Rank().ScorePercent(1).Should().Be(100);
        new ArcVote([unknown]).Rank().PassPercent(1).Should().Be(double.NaN);
        new ArcVote([unknown]).Rank().ScorePercent(1).Should().Be(double.NaN);
        vote.Rank().Invoking(result => result.PassPercent(0)).Should().Throw<ArgumentOutOfRangeException>();
        vote.Rank().Invoking(result => result.ScorePercent(0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Errors_in_rows_name_the_id_and_rows_of_the_blank_id_are_ignored()
    {
        var vote = new ArcVote([Task]);
        vote.Add("<blank>", new int[900], new int[900], 0);
        var tokens = ArcEncoding.Encode(Question);

        ShouldFail("a_t9_0123456789", tokens, 0, "'a_t9_0123456789': expected a puzzle id, name_t{k}_{10 digits}, name|||t{k}|||{10 digits} or a task's name, got another text");
        ShouldFail("b_t1_0123456798", tokens, 0, "b_t1_0123456798: expected the id of one of the 1 tasks of the vote, got another");
        ShouldFail("a_t1_0123456798", tokens, 0, "a_t1_0123456798: expected one of the 1 test inputs of the task at the origin, got another canvas");
        ShouldFail("a", new int[900], 0, "a: expected one of the 1 test inputs of the task at the origin, got another canvas");
        ShouldFail("a", tokens, float.NaN, "a: expected a halting logit that is a number, got NaN");
        ShouldFail("a", new int[899], 0, "a: expected a prediction of 899 tokens, as the input, got 900");
        FluentActions.Invoking(() => vote.Add("a", tokens, new int[1], 0)).Should().Throw<HrmFormatException>().WithMessage("a: expected a prediction of 900 tokens, as the input, got 1");
        FluentActions.Invoking(() => new ArcVote([Task, Task])).Should().Throw<HrmFormatException>().WithMessage("a: expected each task's name once, got it twice");
        vote.Rows.Should().Be(0);

        void ShouldFail(string identifier, int[] inputs, float logit, string message) =>
            FluentActions.Invoking(() => vote.Add(identifier, inputs, tokens, logit)).Should().Throw<HrmFormatException>().WithMessage(message);
    }

    [Fact]
    public void Test_pairs_with_the_same_input_share_their_answers()
    {
        var vote = new ArcVote([new ArcTask("a", Task.Train, [new(Question, Right), new(Question, Question)])]);
        Add(vote, "567", 1);
        vote.Add("a", ArcEncoding.Encode(Question), ArcEncoding.Encode(Question), 0);

        vote.Rank().Tasks.Single().Tests.Select(test => test.RankOfAnswer).Should().Equal(1, 2);
    }

    private static void Add(ArcVote vote, string answer, params float[] logits)
    {
        foreach (var logit in logits)
        {
            vote.Add("a", ArcEncoding.Encode(Question), ArcEncoding.Encode(ArcGrid.Parse(answer)), logit);
        }
    }

    private static IEnumerable<string> Ranked(ArcVote vote) => vote.Rank().Tasks[0].Tests[0].Candidates.Select(candidate => candidate.Grid!.ToString());
}
