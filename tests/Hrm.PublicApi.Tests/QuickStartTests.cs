using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Samples.QuickStart;
using Hrm.TestKit;
using Xunit.Abstractions;

namespace Hrm.PublicApi.Tests;

public sealed class QuickStartTests(ITestOutputHelper output)
{
    /// <summary>At least 98 % exact on puzzles of the other orbit, after at most 60 s of training on 2 cores.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("Category", "Slow")]
    public void The_papers_algorithm_learns_4x4_sudoku(long seed)
    {
        using var sample = new FourByFour(seed);

        var elapsed = sample.Train();

        var full = sample.Evaluate();
        var halting = sample.Evaluate(new ConfidenceHalting(0.95));
        var compared = sample.Evaluate(new QValueHalting());
        output.WriteLine($"seed {seed}: {elapsed.TotalSeconds:F1} s, exact {full.ExactAccuracy:P1}, halting at 95 % {halting.ExactAccuracy:P1} after {halting.Segments:F2} segments, by comparing {compared.ExactAccuracy:P1} after {compared.Segments:F2}");
        full.Count.Should().Be(1000);
        full.ExactAccuracy.Should().BeGreaterThanOrEqualTo(0.98);
        halting.ExactAccuracy.Should().BeGreaterThanOrEqualTo(0.98);
        halting.Segments.Should().BeLessThan(sample.MaxSegments / 2.0);

        // If a model is always right, both values are high, and noise decides which is larger. So the number of segments has no bar.
        compared.ExactAccuracy.Should().BeGreaterThanOrEqualTo(0.98);
        elapsed.Should().BeLessThan(TimeSpan.FromSeconds(60));
    }
}
