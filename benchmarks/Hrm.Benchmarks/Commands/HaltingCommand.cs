using System.Diagnostics;
using System.Globalization;
using Hrm.Core;
using Hrm.Puzzles;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>
/// <c>halting FOLDER [CSV]</c>: puzzles a second of a trained Sudoku model, in rounds one after the other: the fixed maximum of
/// segments, batches that wait for their slowest row, and the solver's running batch, both of these with the paper's halting.
/// </summary>
internal static class HaltingCommand
{
    public const string Name = "halting";

    private const int MaxSegments = 8;
    private const int Batch = 64;
    private const int Puzzles = 2000;
    private const int Rounds = 5;
    private const double LeastAgainstFixed = 2;
    private const double LeastAgainstSlowest = 1.5;
    private const double MostAccuracyLost = 0.005;

    public static int Run(string folder, string? csv)
    {
        using var model = HrmModel.Load(folder);
        model.eval();
        var puzzles = Read(model.Config, csv);
        using var fixedSolver = new HrmSolver(model, new FixedHalting(MaxSegments), new SolverOptions { MaxBatchSize = Batch });
        var halting = new QValueHalting(MaxSegments);
        using var haltingSolver = new HrmSolver(model, halting, new SolverOptions { MaxBatchSize = Batch });
        Way[] ways =
        [
            new("fixed", () => Solve(fixedSolver, puzzles)),
            new("slowest", () => WaitForSlowest(model, halting, puzzles)),
            new("halting", () => Solve(haltingSolver, puzzles)),
        ];
        for (var round = -1; round < Rounds; round++)
        {
            foreach (var way in ways)
            {
                way.Measure(isWarmup: round < 0, puzzles.Length);
            }
        }

        foreach (var way in ways)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{way.Name,-8} {way.PuzzlesASecond,8:F0} puzzles a second, {100 * way.Accuracy:F2} % exact"));
        }

        var (againstFixed, againstSlowest) = (ways[2].PuzzlesASecond / ways[0].PuzzlesASecond, ways[2].PuzzlesASecond / ways[1].PuzzlesASecond);
        var lost = ways[0].Accuracy - ways[2].Accuracy;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"halting against fixed {againstFixed:F2} times, against waiting for the slowest {againstSlowest:F2} times, {100 * lost:F2} points lost; median of {Rounds} rounds"));
        return againstFixed >= LeastAgainstFixed && againstSlowest >= LeastAgainstSlowest && lost <= MostAccuracyLost ? 0 : 1;
    }

    private static (int[] Inputs, int[] Labels)[] Read(HrmConfig config, string? csv)
    {
        var shape = SudokuShape.OfSide((int)Math.Sqrt(config.SequenceLength));
        var encoding = new SudokuEncoding(shape);
        var puzzles = csv is null
            ? SudokuOrbitSplit.Four(trainingPuzzles: 0, testPuzzles: Puzzles, new StatefulRandom(7)).Test
            : SudokuCsv.Read(csv, shape).Take(Puzzles).ToArray();
        return [.. puzzles.Select(puzzle => (encoding.Encode(puzzle.Question), encoding.Encode(puzzle.Answer)))];
    }

    private static int Solve(HrmSolver solver, (int[] Inputs, int[] Labels)[] puzzles)
    {
        return SolveAsync().GetAwaiter().GetResult();

        async Task<int> SolveAsync()
        {
            var (exact, index) = (0, 0);
            await foreach (var answer in solver.SolveManyAsync(puzzles.Select(puzzle => new SolverQuestion(puzzle.Inputs)).ToAsyncEnumerable()))
            {
                exact += answer.Tokens.AsSpan().SequenceEqual(puzzles[index++].Labels) ? 1 : 0;
            }

            return exact;
        }
    }

    /// <summary>What one writes without a running batch: all rows think until the last of them has stopped.</summary>
    private static int WaitForSlowest(HrmModel model, QValueHalting halting, (int[] Inputs, int[] Labels)[] puzzles)
    {
        using var noGradient = no_grad();
        var exact = 0;
        foreach (var chunk in puzzles.Chunk(Batch))
        {
            using var batch = PuzzleBatch.Create([.. chunk.SelectMany(puzzle => puzzle.Inputs)], [], [], model.Config.SequenceLength);
            var carry = model.InitialCarry(chunk.Length);
            var answers = new int[chunk.Length][];
            for (var segment = 1; answers.Contains(null); segment++)
            {
                using var scope = NewDisposeScope();
                var output = model.call(carry, batch);
                carry.Dispose();
                carry = output.Carry.DetachFromDisposeScope();
                Keep(output, halting, segment, answers, model.Config.SequenceLength);
            }

            carry.Dispose();
            exact += chunk.Zip(answers).Count(pair => pair.First.Labels.AsSpan().SequenceEqual(pair.Second));
        }

        return exact;
    }

    private static void Keep(HrmOutput output, QValueHalting halting, int segment, int[]?[] answers, int length)
    {
        var tokens = output.Logits.argmax(-1).to_type(ScalarType.Int32).data<int>().ToArray(); // [B, seq_len]
        var (qHalt, qContinue) = (output.QHalt.data<float>().ToArray(), output.QContinue.data<float>().ToArray()); // [B]
        for (var row = 0; row < answers.Length; row++)
        {
            if (answers[row] is null && halting.Decide(new SegmentState(segment, qHalt[row], qContinue[row])) != HaltReason.None)
            {
                answers[row] = tokens.AsSpan(row * length, length).ToArray();
            }
        }
    }

    private sealed class Way(string name, Func<int> solve)
    {
        private readonly List<double> _seconds = [];
        private int _puzzles;
        private int _exact;

        public string Name => name;

        public double PuzzlesASecond => _puzzles / _seconds.Order().ElementAt(_seconds.Count / 2);

        public double Accuracy => (double)_exact / _puzzles;

        public void Measure(bool isWarmup, int puzzles)
        {
            var watch = Stopwatch.StartNew();
            _exact = solve();
            _puzzles = puzzles;
            if (!isWarmup)
            {
                _seconds.Add(watch.Elapsed.TotalSeconds);
            }
        }
    }
}
