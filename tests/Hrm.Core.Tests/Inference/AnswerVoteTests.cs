namespace Hrm.Core.Tests;

public sealed class AnswerVoteTests
{
    [Fact]
    public void Votes_select_the_answer_of_most_attempts()
    {
        var answer = AnswerVote.Choose([Attempt(0, 1, q: 9), Attempt(1, 2, q: 0), Attempt(2, 3, q: 1), Attempt(3, 2, q: -1)], AnswerSelection.Votes);
        answer.Should().BeEquivalentTo(new ThinkingAnswer([2, 0], Agreeing: 2, Attempts: 4, QHalt: 0, IsSolution: null, Segments: 4 + 6, Reason: HaltReason.Maximum | HaltReason.Time, Source: AnswerSource.Vote, Evaluations: 4));
    }

    [Fact]
    public void Ties_go_to_the_larger_confidence_then_to_the_earliest_attempt()
    {
        AnswerVote.Choose([Attempt(0, 1, q: 0), Attempt(1, 2, q: 1)], AnswerSelection.Votes).Tokens.Should().Equal(2, 0);
        AnswerVote.Choose([Attempt(1, 2, q: 0), Attempt(0, 1, q: 0)], AnswerSelection.Votes).Tokens.Should().Equal(1, 0);
    }

    [Fact]
    public void Confidence_selects_the_largest_q_and_ignores_votes()
    {
        var answer = AnswerVote.Choose([Attempt(0, 1, q: 1), Attempt(1, 1, q: 1), Attempt(2, 3, q: 2)], AnswerSelection.Confidence);
        answer.Tokens.Should().Equal(3, 0);
        answer.Agreeing.Should().Be(1);
        answer.QHalt.Should().Be(2);
    }

    [Fact]
    public void An_accepted_answer_is_selected_or_votes_decide_if_there_is_none()
    {
        foreach (var selection in Enum.GetValues<AnswerSelection>())
        {
            var solved = AnswerVote.Choose([Attempt(0, 1, q: 1, false), Attempt(1, 1, q: 1, false), Attempt(2, 3, q: -2, true)], selection);
            solved.Tokens.Should().Equal(3, 0);
            (solved.IsSolution, solved.Source).Should().Be((true, AnswerSource.Vote));
        }

        var unsolved = AnswerVote.Choose([Attempt(0, 1, q: 9, false), Attempt(1, 2, q: 1, false), Attempt(2, 2, q: 1, false)], AnswerSelection.Checker);
        unsolved.Tokens.Should().Equal(2, 0);
        (unsolved.IsSolution, unsolved.Source).Should().Be((false, AnswerSource.NotFound));
        AnswerVote.Choose([Attempt(0, 1, q: 9, true)], AnswerSelection.Checker).Source.Should().Be(AnswerSource.FirstPass);
    }

    private static ThinkingAttempt Attempt(int number, int token, float q, bool? isSolution = null)
        => new(number, [token, 0], new SolverAnswer([5, 5], number + 1, q, 0, number == 3 ? HaltReason.Time : HaltReason.Maximum), isSolution);
}
