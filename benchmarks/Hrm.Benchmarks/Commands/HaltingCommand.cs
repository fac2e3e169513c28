using System.Globalization;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;

namespace Hrm.Benchmarks.Commands;

/// <summary>
/// <c>halting FOLDER [CSV]</c>: puzzles a second of a trained Sudoku model with the fixed maximum of segments, in batches that wait for
/// their slowest row, and in the solver's running batch.
/// </summary>
internal static class HaltingCommand
{
    public const string Name = "halting";

    private const int Rounds = 5;
    private const double LeastAgainstFixed = 2;
    private const double LeastAgainstSlowest = 1.5;
    private const double MostPointsLost = 0.5;

    public static int Run(string folder, string? csv)
    {
        using var model = HrmModel.Load(folder);
        var outcome = new HaltingComparison(model, csv, Rounds).Measure();
        Write("fixed", outcome.Fixed);
        Write("slowest", outcome.Slowest);
        Write("halting", outcome.Halting);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"halting against fixed {outcome.AgainstFixed:F2} times, against waiting for the slowest {outcome.AgainstSlowest:F2} times, {outcome.PointsLost:F2} points lost; median of {Rounds} rounds"));
        return outcome.AgainstFixed >= LeastAgainstFixed && outcome.AgainstSlowest >= LeastAgainstSlowest && outcome.PointsLost <= MostPointsLost ? 0 : 1;
    }

    private static void Write(string name, SolvingSpeed speed) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-8} {speed.PuzzlesASecond,8:F0} puzzles a second, {100 * speed.Accuracy:F2} % exact"));
}
