using System.Globalization;
using Hrm.Benchmarks.Devices;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Numbers;
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

    private const string Batch = "--batch";
    private const string Segments = "--segments";
    private const string RoundCount = "--rounds";
    private const string Rule = "--rule";
    private const int Rounds = 5;
    private const double LeastAgainstFixed = 2;
    private const double LeastAgainstSlowest = 1.5;
    private const double MostPointsLost = 0.5;

    public static int Run(IReadOnlyList<string> arguments)
    {
        string[] paths = [.. arguments.TakeWhile(argument => !argument.StartsWith("--", StringComparison.Ordinal))];
        if (paths.Length is 0 or > 2)
        {
            throw new MeasurementException($"{Name}: expected the folder of a model, and a CSV file or not, got '{string.Join(' ', paths)}'");
        }

        var options = DeviceArguments.Parse([.. arguments.Skip(paths.Length)], Batch, Segments, RoundCount, Rule);
        using var model = HrmModel.Load(paths[0], options.Device, options.Dtype);
        var comparison = new HaltingComparison(model, paths.ElementAtOrDefault(1), options.Number(RoundCount, Rounds))
        {
            Batch = options.Number(Batch, HaltingComparison.DefaultBatch),
            Halting = PolicyOf(options.Values.GetValueOrDefault(Rule, "continue")),
            MaxSegments = options.Number(Segments, HaltingComparison.DefaultSegments),
        };
        var outcome = comparison.Measure();
        Write("fixed", outcome.Fixed);
        Write("slowest", outcome.Slowest);
        Write("halting", outcome.Halting);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"halting against fixed {outcome.AgainstFixed:F2} times, against waiting for the slowest {outcome.AgainstSlowest:F2} times, {outcome.PointsLost:F2} points lost; median of {options.Number(RoundCount, Rounds)} rounds"));
        DeviceFacts.Of(options).Write(options, Name, outcome);
        return outcome.AgainstFixed >= LeastAgainstFixed && outcome.AgainstSlowest >= LeastAgainstSlowest && outcome.PointsLost <= MostPointsLost ? 0 : 1;
    }

    private static IHaltingPolicy PolicyOf(string name) => name switch
    {
        "continue" => new QValueHalting(),
        "positive" => new QValueHalting(rule: HaltingRule.HaltPositive),
        "confident" => new ConfidenceHalting(HaltingNumbers.Confidence),
        _ => throw new MeasurementException($"{Rule}: expected continue, positive or confident, got '{name}'"),
    };

    private static void Write(string name, SolvingSpeed speed) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-8} {speed.PuzzlesASecond,8:F0} puzzles a second, {100 * speed.Accuracy:F2} % exact"));
}
