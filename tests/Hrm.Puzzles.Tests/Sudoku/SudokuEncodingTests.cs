using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class SudokuEncodingTests
{
    [Theory]
    [InlineData(4, 6, 16)]
    [InlineData(6, 8, 36)]
    [InlineData(9, 11, 81)]
    public void Vocabulary_and_length_are_those_of_the_paper(int side, int vocabulary, int length)
    {
        var encoding = new SudokuEncoding(SudokuShape.OfSide(side));

        (encoding.VocabularySize, encoding.SequenceLength).Should().Be((vocabulary, length));
    }

    [Fact]
    public void Encode_gives_blanks_1_and_digits_one_more_than_they_are() =>
        new SudokuEncoding(SudokuShape.Four).Encode(SudokuGrid.Parse(".1234...........", SudokuShape.Four))
            .Should().Equal(1, 2, 3, 4, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);

    [Property(MaxTest = 100)]
    public void Decode_reads_Encode_back(int seed)
    {
        var random = new Random(seed);
        int[] sides = [4, 6, 9, 16];
        var shape = SudokuShape.OfSide(sides[random.Next(sides.Length)]);
        var grid = SudokuGrid.FromDigits([.. Enumerable.Range(0, shape.Cells).Select(_ => (byte)random.Next(shape.Side + 1))], shape);
        var encoding = new SudokuEncoding(shape);

        encoding.Decode(encoding.Encode(grid)).Should().Be(grid);
        encoding.DecodePrediction(encoding.Encode(grid)).Should().Be(grid);
    }

    [Theory]
    [InlineData(0, "tokens: expected a token of 1 to 5 in row 2, column 1, got 0")]
    [InlineData(6, "tokens: expected a token of 1 to 5 in row 2, column 1, got 6")]
    [InlineData(-100, "tokens: expected a token of 1 to 5 in row 2, column 1, got -100")]
    [InlineData(257, "tokens: expected a token of 1 to 5 in row 2, column 1, got 257")]
    public void Decode_names_the_cell_of_a_token_out_of_the_vocabulary(int token, string message) =>
        FluentActions.Invoking(() => new SudokuEncoding(SudokuShape.Four).Decode(Tokens(token)))
            .Should().Throw<PuzzleFormatException>().WithMessage(message);

    [Fact]
    public void DecodePrediction_reads_padding_as_a_blank_and_nothing_else()
    {
        var encoding = new SudokuEncoding(SudokuShape.Four);

        encoding.DecodePrediction(Tokens(0))[4].Should().Be(0);
        encoding.Invoking(e => e.DecodePrediction(Tokens(6))).Should().Throw<PuzzleFormatException>();
        encoding.Invoking(e => e.DecodePrediction(new int[17])).Should().Throw<PuzzleFormatException>().WithMessage("tokens: expected 16 tokens, got 17");
    }

    private static int[] Tokens(int fifth)
    {
        var tokens = Enumerable.Repeat(1, 16).ToArray();
        tokens[4] = fifth;
        return tokens;
    }
}
