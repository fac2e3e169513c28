using System.Globalization;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;

namespace Hrm.Benchmarks.Numbers;

/// <summary>What halting is worth to a solver of a trained model.</summary>
internal sealed class HaltingNumbers : INumbers
{
    /// <summary>The probability of being right that is enough.</summary>
    public const double Confidence = 0.95;

    private const double MostPointsLost = 0.5;

    public string Name => "halting";

    public IEnumerable<NumberRow> Measure(NumberSettings settings)
    {
        using var model = settings.ModelFolder is { } folder ? HrmModel.Load(folder) : TrainedModel.FourByFour();
        var origin = settings.ModelFolder is null ? "a 4×4 model that this command trained" : "the given model";
        var sure = new ConfidenceHalting(Confidence);
        foreach (var row in Rows(model, sure, string.Create(CultureInfo.InvariantCulture, $"where sigmoid(q_halt) ≥ {Confidence}"), isBarred: true, origin, settings))
        {
            yield return row;
        }

        // Of a model that is always right both values say so, and noise decides which is larger: reported, not held to a bar.
        var compared = new QValueHalting();
        foreach (var row in Rows(model, compared, "where q_halt > q_continue", isBarred: false, origin, settings))
        {
            yield return row;
        }
    }

    private static IEnumerable<NumberRow> Rows(HrmModel model, IHaltingPolicy halting, string rule, bool isBarred, string origin, NumberSettings settings)
    {
        var outcome = new HaltingComparison(model, csv: null, settings.SolverRounds) { Halting = halting }.Measure();
        yield return new NumberRow($"solving with halting {rule}, times the puzzles a second of the fixed maximum", outcome.AgainstFixed)
        {
            Bar = isBarred ? Bound.AtLeast(2) : null,
            Note = string.Create(
                CultureInfo.InvariantCulture,
                $"{outcome.Halting.PuzzlesASecond:0} against {outcome.Fixed.PuzzlesASecond:0} puzzles a second, {origin}, {outcome.Puzzles:N0} puzzles, batch {HaltingComparison.DefaultBatch}; {outcome.AgainstSlowest:0.00} times batches that wait for their slowest"),
        };
        yield return new NumberRow($"exact accuracy that halting {rule} loses, points", outcome.PointsLost)
        {
            Bar = Bound.AtMost(MostPointsLost),
            Note = string.Create(CultureInfo.InvariantCulture, $"{100 * outcome.Halting.Accuracy:0.00} % against {100 * outcome.Fixed.Accuracy:0.00} %"),
        };
    }
}
