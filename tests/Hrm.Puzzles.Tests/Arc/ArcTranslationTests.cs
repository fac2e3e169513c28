using Hrm.Core;

namespace Hrm.Puzzles.Tests;

public class ArcTranslationTests
{
    [Fact]
    public void Input_and_output_move_together_to_every_place_where_both_fit()
    {
        var random = new Random(1);
        var pair = new ArcPair(ArcGrid.Create(27, 3, new byte[81]), ArcGrid.Create(2, 29, new byte[58]));
        var example = ArcEncoding.ToExample(pair);
        var places = new HashSet<(int, int)>();
        for (var i = 0; i < 500; i++)
        {
            new ArcTranslation().Apply(example.Inputs, example.Labels, random);
            var (input, output) = (ArcEncoding.Decode(example.Inputs), ArcEncoding.Decode(example.Labels));
            (input.Grid, output.Grid).Should().Be((pair.Input, pair.Output!));
            (output.Row, output.Column).Should().Be((input.Row, input.Column));
            example.Labels.Should().NotContain(0);
            places.Add((input.Row, input.Column));
        }

        places.Should().BeEquivalentTo(Enumerable.Range(0, 4).SelectMany(row => new[] { (row, 0), (row, 1) }));
    }

    [Fact]
    public void Labels_that_are_all_ignored_stay_so()
    {
        var example = ArcEncoding.ToExample(new ArcPair(ArcGrid.Parse("12"), null));

        new ArcTranslation().Apply(example.Inputs, example.Labels, new Random(1));

        ArcEncoding.Decode(example.Inputs).Grid.Should().Be(ArcGrid.Parse("12"));
        example.Labels.Should().OnlyContain(label => label == PuzzleBatch.IgnoredLabel);
    }

    [Fact]
    public void Grids_at_different_places_are_refused() =>
        FluentActions.Invoking(() => new ArcTranslation().Apply(ArcEncoding.Encode(ArcGrid.Parse("1"), 1, 2), ArcEncoding.Encode(ArcGrid.Parse("1"), 1, 3), new Random(1)))
            .Should().Throw<PuzzleFormatException>()
            .WithMessage("labels: expected the output at row 1, column 2 of the canvas, where the input is, got row 1, column 3");
}
