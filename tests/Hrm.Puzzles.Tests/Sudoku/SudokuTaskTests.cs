using FsCheck.Xunit;
using Hrm.Core;

namespace Hrm.Puzzles.Tests;

public class SudokuTaskTests
{
    private static readonly SudokuGrid Question = SudokuGrid.Parse("12..34122143432.", SudokuShape.Four);
    private static readonly SudokuGrid Answer = SudokuGrid.Parse("1234341221434321", SudokuShape.Four);

    private readonly SudokuTask _task = new(SudokuShape.Four);

    [Fact]
    public void Sizes_are_those_of_the_encoding()
    {
        var task = new SudokuTask(SudokuShape.Nine);

        (task.SequenceLength, task.VocabularySize, task.Shape).Should().Be((81, 11, SudokuShape.Nine));
    }

    [Fact]
    public void Encode_and_Decode_are_the_encoding()
    {
        var encoding = new SudokuEncoding(SudokuShape.Four);

        _task.Encode(Question).Should().Equal(encoding.Encode(Question));
        _task.EncodeAnswer(Answer).Should().Equal(encoding.Encode(Answer));
        _task.Decode(encoding.Encode(Answer)).Should().Be(Answer);
        _task.Decode(new int[16]).Should().Be(SudokuGrid.Empty(SudokuShape.Four));
        _task.Invoking(task => task.EncodeAnswer(Question)).Should().Throw<ArgumentException>().WithMessage("answer: expected a grid without blanks, got '12..*");
    }

    [Fact]
    public void IsSolution_holds_for_the_answer_alone()
    {
        var inputs = _task.Encode(Question);
        var answer = _task.EncodeAnswer(Answer);

        _task.IsSolution(inputs, answer).Should().BeTrue();
        _task.IsSolution(inputs, inputs).Should().BeFalse("blanks are no digits");
        _task.IsSolution(new int[16], answer).Should().BeFalse("padding asks nothing");
        _task.IsSolution(_task.Encode(SudokuGrid.Empty(SudokuShape.Four)), answer).Should().BeTrue("any grid solves the empty one");
        for (var cell = 0; cell < 16; cell++)
        {
            for (var token = -1; token <= _task.VocabularySize; token++)
            {
                int[] prediction = [.. answer];
                prediction[cell] = token;
                _task.IsSolution(inputs, prediction).Should().Be(token == answer[cell]);
            }
        }
    }

    [Property(MaxTest = 200)]
    public void IsSolution_takes_any_tokens_and_agrees_with_the_checker(int seed)
    {
        var random = new Random(seed);
        int[] prediction = [.. Enumerable.Range(0, 16).Select(_ => random.Next(_task.VocabularySize))];

        _task.IsSolution(_task.Encode(Question), prediction).Should().Be(SudokuChecker.IsSolution(Question, _task.Decode(prediction)));
    }

    [Theory]
    [InlineData(15, 16, "inputs: expected 16 tokens, got 15")]
    [InlineData(16, 17, "prediction: expected 16 tokens, got 17")]
    public void IsSolution_refuses_another_number_of_tokens(int inputs, int prediction, string message) =>
        _task.Invoking(task => task.IsSolution(new int[inputs], new int[prediction])).Should().Throw<PuzzleFormatException>().WithMessage(message);

    [Fact]
    public void Apply_varies_an_example_into_one_that_is_as_true()
    {
        var inputs = _task.Encode(Question);
        var labels = _task.EncodeAnswer(Answer);
        var random = new StatefulRandom(1);
        var variants = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            _task.Apply(inputs, labels, random);
            _task.IsSolution(inputs, labels).Should().BeTrue();
            variants.Add(string.Join(' ', inputs));
        }

        variants.Count.Should().BeGreaterThan(10);
        var unchanged = _task.Encode(Question);
        new SudokuTask(SudokuShape.Four, new SudokuAugmentationOptions { Symmetries = false }).Apply(unchanged, labels, random);
        unchanged.Should().Equal(_task.Encode(Question));
    }
}
