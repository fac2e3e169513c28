
namespace Hrm.Tool.Tests;

/// <summary>Every rule can say yes, partly and no.</summary>
public sealed class VerdictsTests
{
    [Theory]
    [InlineData(60, 70, 40, 59, "Reproduced")]
    [InlineData(50, 70, 40, 59, "Partly")]
    [InlineData(40, 59, 50, 70, "NotReproduced")]
    [InlineData(50, 60, 50, 60, "NotReproduced")]
    public void Higher_goes_by_all_seeds(double least, double most, double otherLeast, double otherMost, string expected)
        => Verdicts.Higher(Of(least, most), Of(otherLeast, otherMost)).ToString().Should().Be(expected);

    [Theory]
    [InlineData(60, 70, 40, 50, "Reproduced")]
    [InlineData(50, 60, 50, 60, "Reproduced")]
    [InlineData(40, 52, 50, 60, "Partly")]
    [InlineData(40, 48, 50, 60, "NotReproduced")]
    public void Not_lower_goes_by_the_seeds_of_the_other(double least, double most, double otherLeast, double otherMost, string expected)
        => Verdicts.NotLower(Of(least, most), Of(otherLeast, otherMost)).ToString().Should().Be(expected);

    [Theory]
    [InlineData(0.01, 0.09, "Reproduced")]
    [InlineData(0.01, 0.2, "Partly")]
    [InlineData(0.5, 0.7, "NotReproduced")]
    public void Below_has_a_looser_bound_for_the_mean(double least, double most, string expected)
        => Verdicts.Below(Of(least, most), 0.1, 0.5).ToString().Should().Be(expected);

    [Theory]
    [InlineData(60, 70, 0, 2, "Reproduced")]
    [InlineData(60, 70, 30, 40, "Partly")]
    [InlineData(2, 40, 0, 2, "Partly")]
    [InlineData(0, 3, 0, 1, "NotReproduced")]
    [InlineData(30, 40, 60, 70, "NotReproduced")]
    public void Only_one_learns_where_the_other_stays_at_the_floor(double least, double most, double otherLeast, double otherMost, string expected)
        => Verdicts.OnlyOneLearns(Of(least, most), Of(otherLeast, otherMost)).ToString().Should().Be(expected);

    [Fact]
    public void All_is_all_partly_is_some()
    {
        Verdicts.All(Verdict.Reproduced, Verdict.Reproduced).Should().Be(Verdict.Reproduced);
        Verdicts.All(Verdict.NotReproduced, Verdict.Reproduced).Should().Be(Verdict.Partly);
        Verdicts.All(Verdict.NotReproduced, Verdict.Partly).Should().Be(Verdict.Partly);
        Verdicts.All(Verdict.NotReproduced, Verdict.NotTestable).Should().Be(Verdict.NotReproduced);
    }

    [Theory]
    [InlineData(0, "Reproduced")]
    [InlineData(2, "Partly")]
    [InlineData(3, "Reproduced")]
    public void Few_seeds_show_nothing_for_certain(int seeds, string expected)
        => Verdicts.OfSeeds(new Claim("a", "b", "c", Verdict.Reproduced) { Seeds = seeds }).Verdict.ToString().Should().Be(expected);

    private static Spread Of(double least, double most) => Spread.Of([least, most]);
}
