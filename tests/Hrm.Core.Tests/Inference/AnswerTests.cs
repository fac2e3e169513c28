namespace Hrm.Core.Tests;

public sealed class AnswerTests
{
    [Fact]
    public void Answers_compare_by_their_values_and_print_their_tokens()
    {
        SolverAnswer Answer(int token, float logit) => new([1, token], 3, 0, 1, HaltReason.QValues, Logits: [logit]);
        Answer(2, 5).Should().Be(Answer(2, 5)).And.NotBe(Answer(3, 5)).And.NotBe(Answer(2, 6)).And.NotBe(Answer(2, 5) with { LowResidual = 1 }).And.NotBe(Answer(2, 5) with { Logits = null });
        Answer(2, 5).GetHashCode().Should().Be(Answer(2, 5).GetHashCode());
        Answer(2, 5).ToString().Should().StartWith("QValues after 3 segments").And.EndWith(": 1 2");

        ThinkingAnswer Thinking(int token) => new([1, token], 2, 5, 0, true, 15, HaltReason.Maximum, AnswerSource.Vote, 5);
        Thinking(2).Should().Be(Thinking(2)).And.NotBe(Thinking(3)).And.NotBe(Thinking(2) with { Evaluations = 6 }).And.NotBe(Thinking(2) with { Source = AnswerSource.Search });
        Thinking(2).ToString().Should().Be("Vote, 5 evaluations, 2 of 5 attempts agree, Maximum after 15 segments: 1 2");
    }
}
