using System.Diagnostics;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Samples.QuickStart;

/// <summary>
/// A 4×4 Sudoku model, trained by the paper's own algorithm: one-step gradient, deep supervision, Q-learned halting with
/// the value of continuing.
/// </summary>
/// <remarks>
/// Training and test puzzles are from different orbits of the symmetry group, so no test grid can be reached from a
/// training grid by relabelling, permuting or transposing: what is measured is not memory.
/// </remarks>
public sealed class FourByFour : IDisposable
{
    private const int EpochsPerIteration = 10;

    private readonly torch.Generator _generator;
    private readonly TrainerOptions _options;

    /// <summary>Draws the puzzles and a model that is not trained yet.</summary>
    /// <param name="seed">The seed of weights, sampling and exploration; the puzzles are the same for every seed.</param>
    /// <param name="device">Where the model is trained; the CPU by default.</param>
    /// <param name="dtype">The forward dtype; the preset's by default.</param>
    public FourByFour(long seed, torch.Device? device = null, torch.ScalarType? dtype = null)
    {
        Seed = seed;
        Puzzles = SudokuSplit.FourByFour(trainingPuzzles: 1000, testPuzzles: 1000, new StatefulRandom(42));
        _generator = new torch.Generator((ulong)seed);
        _options = TrainerPresets.Tiny();
        var config = HrmPresets.Tiny(Sudoku.SequenceLength, Sudoku.VocabularySize);
        Model = new HrmModel(config with { ForwardDtype = dtype ?? config.ForwardDtype }, _generator);
        Model.to(device ?? torch.CPU);
    }

    /// <summary>Turns puzzles into tokens and back.</summary>
    public static SudokuTask Sudoku { get; } = new(SudokuShape.Four);

    /// <summary>The seed.</summary>
    public long Seed { get; }

    /// <summary>1,000 training puzzles, and 1,000 test puzzles of the other orbit.</summary>
    public SudokuSplit Puzzles { get; }

    /// <summary>The model.</summary>
    public HrmModel Model { get; }

    /// <summary>The largest number of segments.</summary>
    public int MaxSegments => _options.Halting.MaxSegments;

    /// <summary>The number of training steps.</summary>
    public int Steps => (int)_options.TotalSteps;

    /// <summary>Trains the model.</summary>
    /// <param name="progress">Told the number of steps done, and the metrics since the last report.</param>
    /// <param name="cancellationToken">Stops before the next step.</param>
    /// <returns>The time it took.</returns>
    public TimeSpan Train(Action<int, MetricAverages>? progress = null, CancellationToken cancellationToken = default)
    {
        const int StepsPerReport = 20;
        const int MetricCount = 8;
        using var trainer = new OneStepGradTrainer(Model, _options, _generator);
        using var batches = new TrainingStream(
            Dataset(Puzzles.Training),
            _options.GlobalBatchSize,
            new TrainingStreamOptions { EpochsPerIteration = EpochsPerIteration, Seed = Seed },
            Model.Device,
            Sudoku);
        var clock = Stopwatch.StartNew();
        using var sums = torch.zeros([MetricCount], torch.ScalarType.Float64, Model.Device);
        foreach (var batch in batches.Take(Steps))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var metrics = trainer.Step(batch);
            sums.add_(metrics);

            if (trainer.StepCount % StepsPerReport == 0)
            {
                // Not at each step: a GPU would be waited for.
                progress?.Invoke((int)trainer.StepCount, MetricSums.Read(sums).Average(StepsPerReport * _options.GlobalBatchSize));
                sums.zero_();
            }
        }

        return clock.Elapsed;
    }

    /// <summary>Measures the model on the test puzzles.</summary>
    /// <param name="halting">Stops a puzzle before the largest number of segments; <see langword="null"/> stops none.</param>
    public MetricAverages Evaluate(IHaltingPolicy? halting = null)
        => new Evaluator(Model, MaxSegments, halting, HrmTrainer.CreateLoss(_options)).Evaluate(Dataset(Puzzles.Test));

    /// <summary>A test puzzle worth watching: the first whose answer changes on the way and ends right, if there is one.</summary>
    public (SudokuPuzzle Puzzle, IReadOnlyList<SegmentAnswer> Trace) Demonstrate()
    {
        using var solver = new HrmSolver(Model, options: new SolverOptions { MaxSegments = MaxSegments, Rule = HaltingRule.Never });
        var traces = Puzzles.Test.Take(100).Select(puzzle => (puzzle, trace: solver.Trace(Sudoku.Encode(puzzle.Question)))).ToArray();
        var chosen = traces.FirstOrDefault(
            entry => IsRight(entry.puzzle, entry.trace[^1]) && !IsRight(entry.puzzle, entry.trace[0]),
            traces[0]);
        return (chosen.puzzle, chosen.trace);

        static bool IsRight(SudokuPuzzle puzzle, SegmentAnswer answer) => answer.Tokens.SequenceEqual(Sudoku.Encode(puzzle.Answer));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        _generator.Dispose();
    }

    private static InMemoryPuzzleDataset Dataset(IEnumerable<SudokuPuzzle> puzzles)
        => new(puzzles.Select(Sudoku.ToExample), Sudoku.VocabularySize);
}
