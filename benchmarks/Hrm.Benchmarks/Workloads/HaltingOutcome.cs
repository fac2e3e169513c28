namespace Hrm.Benchmarks.Workloads;

/// <summary>What halting was worth.</summary>
/// <param name="Puzzles">How many puzzles.</param>
/// <param name="Fixed">Every puzzle the fixed maximum of segments.</param>
/// <param name="Slowest">Batches that wait for their slowest row.</param>
/// <param name="Halting">The running batch.</param>
internal sealed record HaltingOutcome(int Puzzles, SolvingSpeed Fixed, SolvingSpeed Slowest, SolvingSpeed Halting)
{
    public double AgainstFixed => Halting.PuzzlesASecond / Fixed.PuzzlesASecond;

    public double AgainstSlowest => Halting.PuzzlesASecond / Slowest.PuzzlesASecond;

    public double PointsLost => 100 * (Fixed.Accuracy - Halting.Accuracy);
}
