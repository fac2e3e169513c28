using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class ArcAugmentationTests
{
    [Property(MaxTest = 300)]
    public void The_inverse_undoes_an_augmentation(int seed)
    {
        var random = new Random(seed);
        var grid = RandomArc.Grid(random);
        var augmentation = ArcAugmentation.Random(random);

        augmentation.Inverse.Apply(augmentation.Apply(grid)).Should().Be(grid);
        augmentation.Apply(augmentation.Inverse.Apply(grid)).Should().Be(grid);
    }

    [Fact]
    public void Digit_i_of_the_text_is_the_new_colour_of_i_and_the_turn_is_counter_clockwise()
    {
        ArcAugmentation.TryParse("t1_0246813579", out var augmentation).Should().BeTrue();

        augmentation.Apply(ArcGrid.Parse("012/345")).Should().Be(ArcGrid.Parse("41/28/06"));
    }

    [Fact]
    public void The_default_value_is_the_identity()
    {
        var grid = ArcGrid.Parse("0123456789");

        default(ArcAugmentation).Should().Be(ArcAugmentation.Identity);
        ArcAugmentation.Identity.Apply(grid).Should().Be(grid);
        ArcAugmentation.Identity.ToString().Should().Be("t0_0123456789");
        ArcAugmentation.Identity.Apply(new ArcPair(grid, null)).Should().Be(new ArcPair(grid, null));
    }

    [Fact]
    public void Random_draws_all_transforms_and_colours_equally_often()
    {
        var random = new Random(1);
        var drawn = Enumerable.Range(0, 9000).Select(_ => ArcAugmentation.Random(random)).ToArray();

        // 9,000 draws: means of 1,125 per transform and 1,000 per colour, with standard errors of about 31 and 30.
        drawn.GroupBy(augmentation => augmentation.Transform).Should().HaveCount(8).And.OnlyContain(group => group.Count() > 1000 && group.Count() < 1250);
        for (var colour = 1; colour < 10; colour++)
        {
            drawn.GroupBy(augmentation => augmentation.ColourOf(colour)).Should().HaveCount(9).And.OnlyContain(group => group.Count() > 870 && group.Count() < 1130);
        }
    }
}
