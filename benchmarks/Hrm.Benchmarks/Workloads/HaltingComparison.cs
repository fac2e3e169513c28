using Hrm.Benchmarks.Measuring;
using Hrm.Core;
using Hrm.Puzzles;

namespace Hrm.Benchmarks.Workloads;

/// <summary>Gain of halting.</summary>
/// <param name="Puzzles">Number of puzzles.</param>
/// <param name="FixedPerSecond">Puzzles per second with the same number of segments for each.</param>
/// <param name="HaltingPerSecond">Puzzles per second with halting.</param>
/// <param name="FixedAccuracy">Fraction of exact answers with the same number of segments for each.</param>
/// <param name="HaltingAccuracy">Fraction of exact answers with halting.</param>
internal sealed record HaltingComparison(int Puzzles, double FixedPerSecond, double HaltingPerSecond, double FixedAccuracy, double HaltingAccuracy)
{
    public const int DefaultBatch = 64;

    public const int DefaultSegments = 8;

    private const int MaximumPuzzles = 2000;

    public double SpeedUp => HaltingPerSecond / FixedPerSecond;

    public double PointsLost => 100 * (FixedAccuracy - HaltingAccuracy);

    public string Speeds => FormattableString.Invariant($"{HaltingPerSecond:0} against {FixedPerSecond:0} puzzles per second, {Puzzles:N0} puzzles");

    public string Accuracies => FormattableString.Invariant($"{100 * HaltingAccuracy:0.00} % against {100 * FixedAccuracy:0.00} %");

    /// <summary>Measures a trained Sudoku model.</summary>
    /// <param name="model">The model; the caller owns it.</param>
    /// <param name="csv">Puzzles of the model's size; by default 4×4 puzzles that no training of this project uses.</param>
    /// <param name="halting">The policy.</param>
    /// <param name="maxSegments">M, with halting the maximum and otherwise the fixed number of segments.</param>
    /// <param name="batch">Rows per batch.</param>
    /// <param name="rounds">Number of rounds.</param>
    public static HaltingComparison Measure(HrmModel model, string? csv, IHaltingPolicy halting, int maxSegments, int batch, int rounds)
    {
        model.eval();
        var puzzles = Read(model, csv);
        using var fixedSolver = new HrmSolver(model, options: new SolverOptions { MaxSegments = maxSegments, Rule = HaltingRule.Never, MaxBatchSize = batch });
        using var haltingSolver = new HrmSolver(model, halting, new SolverOptions { MaxSegments = maxSegments, MaxBatchSize = batch });
        var (fixedExact, haltingExact) = (0.0, 0.0);
        var times = RoundTimes.Measure(
            [new("fixed", () => fixedExact = Solve(fixedSolver, puzzles)), new("halting", () => haltingExact = Solve(haltingSolver, puzzles))],
            rounds,
            warmups: 1);
        return new HaltingComparison(
            puzzles.Length,
            1000 * puzzles.Length / times.MedianMs("fixed"),
            1000 * puzzles.Length / times.MedianMs("halting"),
            fixedExact / puzzles.Length,
            haltingExact / puzzles.Length);
    }

    public static (int[] Inputs, int[] Labels)[] Read(HrmModel model, string? csv)
    {
        var shape = SudokuShape.OfSide((int)Math.Sqrt(model.Config.SequenceLength));
        var task = new SudokuTask(shape);
        var puzzles = csv is null
            ? SudokuSplit.FourByFour(trainingPuzzles: 0, testPuzzles: MaximumPuzzles, new StatefulRandom(7)).Test
            : SudokuCsv.Read(csv, shape).Take(MaximumPuzzles);
        return [.. puzzles.Select(puzzle => (task.Encode(puzzle.Question), task.Encode(puzzle.Answer)))];
    }

    public static int Solve(HrmSolver solver, (int[] Inputs, int[] Labels)[] puzzles)
    {
        var questions = puzzles.Select(puzzle => new SolverQuestion(puzzle.Inputs)).ToAsyncEnumerable();
        var answers = solver.SolveManyAsync(questions).ToBlockingEnumerable();
        return answers.Zip(puzzles).Count(pair => pair.First.Tokens.AsSpan().SequenceEqual(pair.Second.Labels));
    }
}
