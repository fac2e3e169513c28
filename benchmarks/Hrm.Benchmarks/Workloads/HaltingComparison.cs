using System.Diagnostics;
using Hrm.Benchmarks.Measuring;
using Hrm.Core;
using Hrm.Puzzles;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>
/// Puzzles a second of a trained Sudoku model, in rounds one after the other: the fixed maximum of segments, batches that wait for their
/// slowest row, and the solver's running batch, both of these with a policy of halting.
/// </summary>
internal sealed class HaltingComparison
{
    /// <summary>Rows of a batch.</summary>
    public const int DefaultBatch = 64;

    /// <summary>M.</summary>
    public const int DefaultSegments = 8;

    private const int Puzzles = 2000;

    private readonly HrmModel _model;
    private readonly (int[] Inputs, int[] Labels)[] _puzzles;
    private readonly int _rounds;

    /// <summary>Rows of a batch.</summary>
    public int Batch { get; init; } = DefaultBatch;

    /// <summary>M, the largest number of segments; also the fixed number that the policy is compared with.</summary>
    public int MaxSegments { get; init; } = DefaultSegments;

    /// <summary>The policy that stops a puzzle earlier.</summary>
    public IHaltingPolicy Halting { get; init; } = new QValueHalting();

    /// <summary>Reads or draws the puzzles.</summary>
    /// <param name="model">The model; stays the caller's.</param>
    /// <param name="csv">Puzzles of the model's size; without it, 4×4 puzzles of the orbit that no training of this project uses.</param>
    /// <param name="rounds">The rounds, whose median counts.</param>
    public HaltingComparison(HrmModel model, string? csv, int rounds)
    {
        model.eval();
        _model = model;
        _rounds = rounds;
        _puzzles = Read(model.Config, csv);
    }

    public HaltingOutcome Measure()
    {
        using var fixedSolver = new HrmSolver(_model, options: new SolverOptions { MaxSegments = MaxSegments, Rule = HaltingRule.Never, MaxBatchSize = Batch });
        using var haltingSolver = new HrmSolver(_model, Halting, new SolverOptions { MaxSegments = MaxSegments, MaxBatchSize = Batch });
        Way[] ways =
        [
            new(() => Solve(fixedSolver, _puzzles)),
            new(() => WaitForSlowest(_puzzles)),
            new(() => Solve(haltingSolver, _puzzles)),
        ];
        for (var round = -1; round < _rounds; round++)
        {
            foreach (var way in ways)
            {
                way.Measure(isWarmup: round < 0, _puzzles.Length);
            }
        }

        return new HaltingOutcome(_puzzles.Length, ways[0].Speed, ways[1].Speed, ways[2].Speed);
    }

    private static (int[] Inputs, int[] Labels)[] Read(HrmConfig config, string? csv)
    {
        var shape = SudokuShape.OfSide((int)Math.Sqrt(config.SequenceLength));
        var task = new SudokuTask(shape);
        var puzzles = csv is null
            ? SudokuSplit.FourByFour(trainingPuzzles: 0, testPuzzles: Puzzles, new StatefulRandom(7)).Test
            : SudokuCsv.Read(csv, shape).Take(Puzzles).ToArray();
        return [.. puzzles.Select(puzzle => (task.Encode(puzzle.Question), task.Encode(puzzle.Answer)))];
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
    private int WaitForSlowest((int[] Inputs, int[] Labels)[] puzzles)
    {
        using var noGradient = no_grad();
        var exact = 0;
        foreach (var chunk in puzzles.Chunk(Batch))
        {
            using var batch = PuzzleBatch.Create([.. chunk.SelectMany(puzzle => puzzle.Inputs)], [], [], _model.Config.SequenceLength, _model.Device);
            var carry = _model.InitialCarry(chunk.Length);
            var answers = new int[chunk.Length][];
            for (var segment = 1; answers.Contains(null); segment++)
            {
                using var scope = NewDisposeScope();
                var output = _model.call(carry, batch);
                carry.Dispose();
                carry = output.Carry.DetachFromDisposeScope();
                Keep(output, segment, answers);
            }

            carry.Dispose();
            exact += chunk.Zip(answers).Count(pair => pair.First.Labels.AsSpan().SequenceEqual(pair.Second));
        }

        return exact;
    }

    private void Keep(HrmOutput output, int segment, int[]?[] answers)
    {
        var length = _model.Config.SequenceLength;
        var tokens = output.Logits.argmax(-1).to_type(ScalarType.Int32).cpu().data<int>().ToArray(); // [B, seq_len]
        var (qHalt, qContinue) = (output.QHalt.cpu().data<float>().ToArray(), output.QContinue.cpu().data<float>().ToArray()); // [B]
        for (var row = 0; row < answers.Length; row++)
        {
            if (answers[row] is not null)
            {
                continue;
            }

            if (segment == MaxSegments || Halting.Decide(new SegmentState(segment, qHalt[row], qContinue[row])) != HaltReason.None)
            {
                answers[row] = tokens.AsSpan(row * length, length).ToArray();
            }
        }
    }

    private sealed class Way(Func<int> solve)
    {
        private readonly List<double> _seconds = [];
        private int _puzzles;
        private int _exact;

        public SolvingSpeed Speed => new(_puzzles / Quantile.Of(_seconds, 0.5), (double)_exact / _puzzles);

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
