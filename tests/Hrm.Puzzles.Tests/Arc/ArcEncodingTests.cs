using FsCheck.Xunit;
using Hrm.Core;

namespace Hrm.Puzzles.Tests;

public class ArcEncodingTests
{
    [Fact]
    public void A_grid_has_a_line_of_end_markers_right_and_below_and_none_in_the_corner()
    {
        var tokens = ArcEncoding.Encode(ArcGrid.Parse("09/10"), row: 1, column: 2);

        Rows(tokens, 0, 5).Should().Equal(
            "0 0 0 0 0 0",
            "0 0 2 11 1 0",
            "0 0 3 2 1 0",
            "0 0 1 1 0 0",
            "0 0 0 0 0 0");
        tokens.Skip(5 * 30).Should().OnlyContain(token => token == 0);
        tokens.Should().HaveCount(ArcEncoding.SequenceLength);
        ArcEncoding.VocabularySize.Should().Be(12);
    }

    [Fact]
    public void Markers_need_room_on_the_canvas()
    {
        var corner = ArcEncoding.Encode(ArcGrid.Parse("5"), row: 29, column: 29);
        corner.Count(token => token != 0).Should().Be(1);
        corner[^1].Should().Be(7);

        var right = ArcEncoding.Encode(ArcGrid.Parse("5"), row: 0, column: 29);
        (right[29], right[59], right.Count(token => token != 0)).Should().Be((7, 1, 2));

        var whole = ArcGrid.Create(30, 30, new byte[900]);
        ArcEncoding.Encode(whole).Should().OnlyContain(token => token == 2);
        ArcEncoding.Crop(ArcEncoding.Encode(whole)).Should().Be(whole);
    }

    [Property(MaxTest = 200)]
    public void Decode_is_the_inverse_of_Encode_at_any_position(int seed)
    {
        var random = new Random(seed);
        var pair = RandomArc.Pair(random);
        var least = new ArcTask("a", [pair], [pair]).Side;
        var side = seed % 2 == 0 ? ArcEncoding.Side : random.Next(least, ArcEncoding.Side + 1);
        var row = random.Next(side + 1 - Math.Max(pair.Input.Rows, pair.Output!.Rows));
        var column = random.Next(side + 1 - Math.Max(pair.Input.Columns, pair.Output.Columns));

        var example = ArcEncoding.ToExample(pair, 7, row, column, side);

        example.Inputs.Should().HaveCount(side * side);
        ArcEncoding.Crop(ArcEncoding.Encode(pair.Input, side: side)).Should().Be(pair.Input);
        example.PuzzleId.Should().Be(7);
        ArcEncoding.Decode(example.Inputs).Should().Be((pair.Input, row, column));
        ArcEncoding.Decode(example.Labels).Should().Be((pair.Output, row, column));
        example.Labels.Should().NotContain(0);
        example.Labels.Zip(ArcEncoding.Encode(pair.Output, row, column, side)).Should().OnlyContain(both => both.First == (both.Second == 0 ? PuzzleBatch.IgnoredLabel : both.Second));
    }

    [Fact]
    public void A_small_canvas_has_its_own_rows()
    {
        ArcEncoding.Encode(ArcGrid.Parse("09/10"), row: 0, column: 1, side: 3).Should().Equal(0, 2, 11, 0, 3, 2, 0, 1, 1);
        ArcEncoding.Encode(ArcGrid.Parse("5"), side: 1).Should().Equal(7);
        ArcEncoding.ToExample(new(ArcGrid.Parse("5"), null), side: 2).Labels.Should().Equal(-100, -100, -100, -100);
        FluentActions.Invoking(() => ArcEncoding.Encode(ArcGrid.Parse("5"), side: 31)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => ArcEncoding.Encode(ArcGrid.Parse("5"), side: 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => ArcEncoding.Encode(ArcGrid.Parse("123"), side: 2)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData("2 3 1/4 1 1", "01")]
    [InlineData("2 2 2/2 0 0/2 0 0", "000")]
    [InlineData("2 2/2 2/2 0/2 0", "00/00")]
    [InlineData("2 2 2 2/2 2 1 1/2 0 0 0/2 0 0 0/12 0 0 0", "0000")]
    [InlineData("11 12/11 13/-1 0", "9/9")]
    [InlineData("0", null)]
    [InlineData("-100 2", null)]
    public void A_prediction_is_cropped_to_the_largest_rectangle_with_the_fewest_rows(string canvas, string? grid)
    {
        var tokens = new int[900];
        var rows = canvas.Split('/');
        for (var row = 0; row < rows.Length; row++)
        {
            var values = rows[row].Split(' ').Select(int.Parse).ToArray();
            values.CopyTo(tokens, row * 30);
        }

        ArcEncoding.Crop(tokens).Should().Be(grid is null ? null : ArcGrid.Parse(grid));
    }

    [Property(MaxTest = 200)]
    public void The_crop_of_any_canvas_equals_that_of_an_exhaustive_search(int seed)
    {
        var random = new Random(seed);
        var tokens = Enumerable.Range(0, 900).Select(_ => random.Next(12) == 0 ? random.Next(-1, 2) : random.Next(2, 12)).ToArray();
        var best = (Rows: 0, Columns: 0);
        for (var rows = 1; rows <= 30; rows++)
        {
            for (var columns = 1; columns <= 30; columns++)
            {
                var isFilled = Enumerable.Range(0, rows * columns).All(cell => tokens[(cell / columns * 30) + (cell % columns)] >= 2);
                best = isFilled && rows * columns > best.Rows * best.Columns ? (rows, columns) : best;
            }
        }

        var crop = ArcEncoding.Crop(tokens);

        (crop?.Rows ?? 0, crop?.Columns ?? 0).Should().Be(best);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 28)]
    public void Encode_rejects_a_place_outside_the_canvas(int row, int column) =>
        FluentActions.Invoking(() => ArcEncoding.Encode(ArcGrid.Parse("123/123"), row, column)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Decode_names_the_first_wrong_token_or_number_of_tokens()
    {
        var tokens = ArcEncoding.Encode(ArcGrid.Parse("12/34"), 3, 4);
        tokens[(3 * 30) + 6] = 0;

        FluentActions.Invoking(() => ArcEncoding.Decode(tokens)).Should().Throw<HrmFormatException>()
            .WithMessage("tokens: expected token 1 in row 3, column 6 of the canvas, beside a grid of 2 × 2, got 0");
        FluentActions.Invoking(() => ArcEncoding.Decode(new int[900])).Should().Throw<HrmFormatException>()
            .WithMessage("tokens: expected a grid on the canvas, got only padding");
        FluentActions.Invoking(() => ArcEncoding.Decode([1, .. new int[899]])).Should().Throw<HrmFormatException>()
            .WithMessage("tokens: expected a grid on the canvas, got token 1 before any colour");
        FluentActions.Invoking(() => ArcEncoding.Crop(new int[899])).Should().Throw<HrmFormatException>().WithMessage("tokens: expected the tokens of a square canvas, 900 or fewer, got 899");
        FluentActions.Invoking(() => ArcEncoding.Decode(new int[961])).Should().Throw<HrmFormatException>().WithMessage("*got 961");
        FluentActions.Invoking(() => ArcEncoding.Crop([])).Should().Throw<HrmFormatException>().WithMessage("*got 0");
    }

    private static IEnumerable<string> Rows(int[] tokens, int first, int count) =>
        Enumerable.Range(first, count).Select(row => string.Join(' ', tokens.Skip(row * 30).Take(6)));
}
