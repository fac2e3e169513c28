using System.Globalization;
using Hrm.Benchmarks.Workloads;

namespace Hrm.Benchmarks.Numbers;

/// <summary>What halting is worth to a solver of a trained model.</summary>
internal sealed class HaltingNumbers : INumbers
{
    private const double MostPointsLost = 0.5;

    public string Name => "halting";

    public IEnumerable<NumberRow> Measure(NumberSettings settings)
    {
        using var model = settings.ModelFolder is { } folder ? Core.HrmModel.Load(folder) : TrainedModel.FourByFour();
        var outcome = new HaltingComparison(model, csv: null, settings.SolverRounds).Measure();
        var origin = settings.ModelFolder is null ? "a 4×4 model that this command trained" : "the given model";
        yield return new NumberRow("solving with halting, times the puzzles a second of the fixed maximum", outcome.AgainstFixed)
        {
            Bar = Bound.AtLeast(2),
            Note = string.Create(
                CultureInfo.InvariantCulture,
                $"{outcome.Halting.PuzzlesASecond:0} against {outcome.Fixed.PuzzlesASecond:0} puzzles a second, {origin}, {outcome.Puzzles:N0} puzzles, batch {HaltingComparison.DefaultBatch}; {outcome.AgainstSlowest:0.00} times batches that wait for their slowest"),
        };
        yield return new NumberRow("exact accuracy that halting loses, points", outcome.PointsLost)
        {
            Bar = Bound.AtMost(MostPointsLost),
            Note = string.Create(CultureInfo.InvariantCulture, $"{100 * outcome.Halting.Accuracy:0.00} % against {100 * outcome.Fixed.Accuracy:0.00} %"),
        };
    }
}
