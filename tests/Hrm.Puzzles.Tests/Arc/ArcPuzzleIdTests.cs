using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class ArcPuzzleIdTests
{
    [Property(MaxTest = 300)]
    public void ToString_and_TryParse_are_inverses(int seed)
    {
        var random = new Random(seed);
        var name = new[] { "007bbfb7", "AboveBelow1", "my_task", "a_t", "_", "x_t1_", "t3_x" }[random.Next(7)];
        var id = new ArcPuzzleId(name, random.Next(4) == 0 ? default : ArcAugmentation.Random(random));

        ArcPuzzleId.TryParse(id.ToString(), out var read).Should().BeTrue();
        read.Should().Be(id);
    }

    [Fact]
    public void An_id_is_its_name_transform_and_colours()
    {
        ArcPuzzleId.TryParse("d5c634a2_t7_0178296345", out var id).Should().BeTrue();

        (id!.Name, id.Augmentation.Transform.Index).Should().Be(("d5c634a2", 7));
        Enumerable.Range(0, 10).Select(id.Augmentation.ColourOf).Should().Equal(0, 1, 7, 8, 2, 9, 6, 3, 4, 5);
    }

    /// <summary>The spelling of the dataset builder of the tiny recursive model.</summary>
    [Theory]
    [InlineData("d5c634a2|||t7|||0178296345", "d5c634a2_t7_0178296345")]
    [InlineData("my_task|||t0|||0123456798", "my_task_t0_0123456798")]
    public void The_other_spelling_is_the_same_id(string text, string ours)
    {
        ArcPuzzleId.TryParse(text, out var id).Should().BeTrue();

        id!.ToString().Should().Be(ours);
        ArcPuzzleId.TryParse(ours, out var same).Should().BeTrue();
        id.Should().Be(same);
    }

    [Fact]
    public void The_id_of_the_task_itself_is_its_name()
    {
        new ArcPuzzleId("d5c634a2").ToString().Should().Be("d5c634a2");
        ArcPuzzleId.TryParse("d5c634a2", out var id).Should().BeTrue();
        id!.Augmentation.IsIdentity.Should().BeTrue();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("<blank>")]
    [InlineData("a_t8_0123456798")]
    [InlineData("a_t1_012345679")]
    [InlineData("a_t1_0123456788")]
    [InlineData("a_t1_1023456789")]
    [InlineData("a_t0_0123456789")]
    [InlineData("_t1_0123456798")]
    [InlineData("<blank>_t1_0123456798")]
    [InlineData("a_t1_0123456798_t1_0123456798")]
    [InlineData("a\n")]
    [InlineData("a|||t8|||0123456798")]
    [InlineData("a|||b")]
    [InlineData("a_t1|||0123456798")]
    [InlineData("|||t1|||0123456798")]
    [InlineData("a|||t1|||0123456798|||t1|||0123456798")]
    public void TryParse_rejects_invalid_ids(string? text)
    {
        ArcPuzzleId.TryParse(text, out var id).Should().BeFalse();
        id.Should().BeNull();
    }

    [Fact]
    public void Invalid_names_are_rejected()
    {
        FluentActions.Invoking(() => new ArcPuzzleId("a_t9_0")).Should().Throw<HrmFormatException>()
            .WithMessage("name: expected a name that is not <blank>, does not contain ||| and does not end like the id of an augmented puzzle, got 'a_t9_0'");
        FluentActions.Invoking(() => new ArcPuzzleId(new string('a', 201))).Should().Throw<HrmFormatException>()
            .WithMessage("name: expected a name of 1 to 200 characters, got 201");
        FluentActions.Invoking(() => new ArcPuzzleId("a\u0007")).Should().Throw<HrmFormatException>()
            .WithMessage("name: expected a name without control characters and surrogates, got 'a\\u0007'");
    }
}
