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
        augmentation.Inverse.Inverse.Should().Be(augmentation);
    }

    [Property(MaxTest = 300)]
    public void Colours_are_a_permutation_that_keeps_the_background(int seed)
    {
        var colours = Enumerable.Range(0, 10).Select(ArcAugmentation.Random(new Random(seed)).ColourOf).ToArray();

        colours[0].Should().Be(0);
        colours.Order().Should().Equal(Enumerable.Range(0, 10));
    }

    [Property(MaxTest = 300)]
    public void The_text_of_an_augmentation_is_read_back(int seed)
    {
        var augmentation = ArcAugmentation.Random(new Random(seed));

        ArcAugmentation.TryParse(augmentation.ToString(), out var read).Should().BeTrue();
        read.Should().Be(augmentation);
    }

    [Fact]
    public void Digit_i_of_the_text_is_the_new_colour_of_i_and_the_turn_is_counter_clockwise()
    {
        ArcAugmentation.TryParse("t1_0246813579", out var augmentation).Should().BeTrue();

        augmentation.Apply(ArcGrid.Parse("012/345")).Should().Be(ArcGrid.Parse("41/28/06"));
    }

    [Fact]
    public void The_default_value_changes_nothing()
    {
        var grid = ArcGrid.Parse("0123456789");

        default(ArcAugmentation).Should().Be(ArcAugmentation.Identity);
        ArcAugmentation.Identity.Apply(grid).Should().Be(grid);
        ArcAugmentation.Identity.ToString().Should().Be("t0_0123456789");
        ArcAugmentation.Create(DihedralTransform.Identity, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9).Should().Be(ArcAugmentation.Identity);
    }

    [Fact]
    public void An_augmentation_reaches_every_grid_of_a_task_and_leaves_unknown_outputs_unknown()
    {
        var task = new ArcTask("a", [new(ArcGrid.Parse("12"), ArcGrid.Parse("21"))], [new(ArcGrid.Parse("11"), null)]);
        var augmentation = ArcAugmentation.Create(DihedralTransform.Of(6), 0, 2, 1, 3, 4, 5, 6, 7, 8, 9);

        var image = augmentation.Apply(task);

        image.Name.Should().Be("a");
        image.Train.Should().Equal(new ArcPair(ArcGrid.Parse("2/1"), ArcGrid.Parse("1/2")));
        image.Test.Should().Equal(new ArcPair(ArcGrid.Parse("2/2"), null));
    }

    [Fact]
    public void Random_draws_all_transforms_and_permutations()
    {
        var random = new Random(1);
        var drawn = Enumerable.Range(0, 9000).Select(_ => ArcAugmentation.Random(random)).ToArray();

        // 9,000 draws: 1,125 of each transform and 1,000 of each colour in the mean, the standard errors being about 31 and 30.
        drawn.GroupBy(augmentation => augmentation.Transform).Should().HaveCount(8).And.OnlyContain(group => group.Count() > 1000 && group.Count() < 1250);
        for (var colour = 1; colour < 10; colour++)
        {
            drawn.GroupBy(augmentation => augmentation.ColourOf(colour)).Should().HaveCount(9).And.OnlyContain(group => group.Count() > 870 && group.Count() < 1130);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 1, 2, 3, 4, 5, 6, 7, 8 })]
    [InlineData(new byte[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 8 })]
    [InlineData(new byte[] { 1, 0, 2, 3, 4, 5, 6, 7, 8, 9 })]
    [InlineData(new byte[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 10 })]
    [InlineData(new byte[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 })]
    [InlineData(new byte[0])]
    public void Create_rejects_other_lists_than_permutations_of_1_to_9(byte[] colours) =>
        FluentActions.Invoking(() => ArcAugmentation.Create(DihedralTransform.Identity, colours)).Should().Throw<ArgumentException>()
            .WithMessage($"colours: expected 0 and then 1 to 9 in some order, got {string.Join(' ', colours)}*");
}
