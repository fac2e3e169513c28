using FsCheck.Xunit;
using Hrm.Core;

namespace Hrm.Puzzles.Tests;

public class SudokuTaskTests
{
    private static readonly SudokuGrid Question = SudokuGrid.Parse("12..34122143432.", SudokuShape.Four);
    private static readonly SudokuGrid Answer = SudokuGrid.Parse("1234341221434321", SudokuShape.Four);

    private readonly SudokuTask _task = new(SudokuShape.Four);

    [Theory]
    [InlineData(4, 6, 16)]
    [InlineData(6, 8, 36)]
    [InlineData(9, 11, 81)]
    public void Vocabulary_and_length_are_those_of_the_paper(int side, int vocabulary, int length)
    {
        var task = new SudokuTask(SudokuShape.OfSide(side));

        (task.VocabularySize, task.SequenceLength).Should().Be((vocabulary, length));
    }

    [Fact]
    public void Parse_reads_what_Format_writes_and_refuses_conflicting_givens()
    {
        _task.Format(_task.Parse("1.0............2")).Should().Be("1..............2");
        _task.Invoking(task => task.Parse("1..1............")).Should().Throw<HrmFormatException>().WithMessage("*row 1, column 1 and row 1, column 4*");
        _task.Invoking(task => task.Parse("1..")).Should().Throw<HrmFormatException>().WithMessage("expected 16 characters, got 3");
    }

    [Fact]
    public void Encode_gives_blanks_1_and_digits_one_more_than_they_are()
    {
        _task.Encode(SudokuGrid.Parse(".1234...........", SudokuShape.Four)).Should().Equal(1, 2, 3, 4, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        _task.Invoking(task => task.Encode(SudokuGrid.Empty(SudokuShape.Six))).Should().Throw<ArgumentException>().WithMessage("grid: expected 4x4*got 6x6*");
    }

    /// <summary>Compared with a try of every digit: it is a candidate if the grid then has no conflict.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(9)]
    public void The_candidates_of_a_blank_contain_its_digit_and_those_without_a_conflict_contain_them(int side)
    {
        var task = new SudokuTask(SudokuShape.OfSide(side));
        var puzzle = new SudokuGenerator(task.Shape, new StatefulRandom(1)).NextDistinctPuzzles(1, side * side / 2).Single();
        var partial = task.Encode(puzzle.Question);
        for (var cell = 0; cell < partial.Length; cell++)
        {
            task.IsBlank(partial[cell]).Should().Be(puzzle.Question[cell] == 0);
            if (task.IsBlank(partial[cell]))
            {
                task.FindCandidates(partial)[cell].Should().Contain(task.Encode(puzzle.Answer)[cell]).And.BeSubsetOf(Enumerable.Range(2, side).Where(token => Fits(token, cell)));
            }
        }

        bool Fits(int token, int cell)
        {
            int[] filled = [.. partial];
            filled[cell] = token;
            return task.Decode(filled).FindConflict() is null;
        }
    }

    /// <summary>Singles only: a digit that has one place in a row is the only candidate there, and a contradiction leaves none.</summary>
    [Fact]
    public void Singles_reduce_the_candidates()
    {
        var task = new SudokuTask(SudokuShape.Four);
        Tokens("................", 5).Should().Equal(2, 3, 4, 5);
        Tokens("1...............", 1).Should().Equal(3, 4, 5);
        Tokens("12..............", 4).Should().Equal(4, 5);
        Tokens("..1.1......1....", 13).Should().Equal([2], "the last row can have its 1 only in the second column");
        Tokens("1...............", 0).Should().Equal(2);
        Tokens("11..............", 15).Should().BeEmpty();
        Tokens("1234..1...2...1.", 9).Should().BeEmpty("two cells of the third column hold a 1");

        IReadOnlyList<int> Tokens(string grid, int cell) => task.FindCandidates(task.Encode(SudokuGrid.Parse(grid, SudokuShape.Four)))[cell];
    }

    [Fact]
    public void Candidates_need_valid_tokens()
    {
        var nine = new SudokuTask();
        var blanks = Enumerable.Repeat(SudokuTask.BlankToken, 81).ToArray();
        int[] wrong = [.. blanks[..80], 33];
        nine.Invoking(task => task.FindCandidates(blanks.AsSpan(0, 80))).Should().Throw<HrmFormatException>().WithMessage("*expected 81 tokens, got 80*");
        nine.Invoking(task => task.FindCandidates(wrong)).Should().Throw<HrmFormatException>().WithMessage("*expected a token of 0 to 10 in row 9, column 9, got 33*");
    }

    [Property(MaxTest = 100)]
    public void Decode_inverts_Encode(int seed)
    {
        var random = new Random(seed);
        int[] sides = [4, 6, 9, 16];
        var task = new SudokuTask(SudokuShape.OfSide(sides[random.Next(sides.Length)]));
        var grid = SudokuGrid.FromDigits([.. Enumerable.Range(0, task.SequenceLength).Select(_ => (byte)random.Next(task.Shape.Side + 1))], task.Shape);

        task.Decode(task.Encode(grid)).Should().Be(grid);
        task.DecodeExample(task.Encode(grid)).Should().Be(grid);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(-100)]
    [InlineData(257)]
    public void A_token_that_an_example_cannot_contain_is_refused_with_its_cell(int token)
    {
        var message = $"tokens: expected a token of 1 to 5 in row 2, column 1, got {token}";
        var tokens = Tokens(token);

        _task.Invoking(task => task.DecodeExample(tokens)).Should().Throw<HrmFormatException>().WithMessage(message);
        _task.Invoking(task => task.Augment(tokens, _task.Encode(Answer), new Random(1))).Should().Throw<HrmFormatException>().WithMessage(message);
        _task.Invoking(task => task.Augment(_task.Encode(Question), tokens, new Random(1))).Should().Throw<HrmFormatException>().WithMessage(message);
    }

    [Fact]
    public void Decode_reads_padding_as_a_blank_and_refuses_other_tokens()
    {
        _task.Decode(Tokens(0))[4].Should().Be(0);
        _task.Decode(new int[16]).Should().Be(SudokuGrid.Empty(SudokuShape.Four));
        _task.Invoking(task => task.Decode(Tokens(6))).Should().Throw<HrmFormatException>();
        _task.Invoking(task => task.Decode(new int[17])).Should().Throw<HrmFormatException>().WithMessage("tokens: expected 16 tokens, got 17");
    }

    [Fact]
    public void IsSolution_holds_only_for_the_answer()
    {
        var inputs = _task.Encode(Question);
        var answer = _task.Encode(Answer);

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
    public void IsSolution_accepts_any_tokens_and_agrees_with_IsSolvedBy(int seed)
    {
        var random = new Random(seed);
        int[] prediction = [.. Enumerable.Range(0, 16).Select(_ => random.Next(_task.VocabularySize))];

        _task.IsSolution(_task.Encode(Question), prediction).Should().Be(Question.IsSolvedBy(_task.Decode(prediction)));
    }

    [Theory]
    [InlineData(15, 16, "inputs: expected 16 tokens, got 15")]
    [InlineData(16, 17, "prediction: expected 16 tokens, got 17")]
    public void IsSolution_refuses_another_number_of_tokens(int inputs, int prediction, string message) =>
        _task.Invoking(task => task.IsSolution(new int[inputs], new int[prediction])).Should().Throw<HrmFormatException>().WithMessage(message);

    private static int[] Tokens(int fifth)
    {
        var tokens = Enumerable.Repeat(1, 16).ToArray();
        tokens[4] = fifth;
        return tokens;
    }
}
