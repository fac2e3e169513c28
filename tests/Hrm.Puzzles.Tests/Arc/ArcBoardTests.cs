namespace Hrm.Puzzles.Tests;

public class ArcBoardTests
{
    [Fact]
    public void A_board_is_two_characters_a_cell() => ArcBoard.Format(ArcGrid.Parse("12/30")).Should().Be("1 2 \n3 0 ");

    [Fact]
    public void A_style_gets_each_cell_with_its_colour() =>
        ArcBoard.Format(ArcGrid.Parse("19"), (cell, colour) => $"<{ArcPalette.Colours[colour]}>{cell}").Should().Be("<#0074D9>1 <#870C25>9 ");

    [Fact]
    public void The_palette_has_ten_different_colours_from_black_on()
    {
        ArcPalette.Colours.Should().HaveCount(ArcGrid.ColourCount).And.OnlyHaveUniqueItems();
        ArcPalette.Colours[0].Should().Be(new ArcColour(0, 0, 0));
    }
}
