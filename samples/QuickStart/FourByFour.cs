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
/// <remarks>No test grid is a training grid with its digits, rows or columns exchanged: the test measures more than memory.</remarks>
public sealed class FourByFour : IDisposable
{
    private const int EpochsPerIteration = 10;

    private readonly torch.Generator _generator;
    private readonly TrainerOptions _options;

    /// <summary>Draws the puzzles and an untrained model.</summary>
    /// <param name="seed">The seed of weights, sampling and exploration; the puzzles are the same for every seed.</param>
    /// <param name="device">The device to train on; the CPU by default.</param>
    public FourByFour(long seed, torch.Device? device = null)
    {
        Seed = seed;
        Puzzles = SudokuSplit.FourByFour(trainingPuzzles: 1000, testPuzzles: 1000, new StatefulRandom(42));
        _generator = new torch.Generator((ulong)seed);
        _options = TrainerPresets.Tiny();
        Model = new HrmModel(HrmPresets.Tiny(Sudoku.SequenceLength, Sudoku.VocabularySize), _generator);
        Model.to(device ?? torch.CPU);
    }

    /// <summary>Encodes puzzles as tokens and decodes them.</summary>
    public static SudokuTask Sudoku { get; } = new(SudokuShape.Four);

    /// <summary>The seed.</summary>
    public long Seed { get; }

    /// <summary>1,000 training puzzles and 1,000 test puzzles.</summary>
    public SudokuSplit Puzzles { get; }

    /// <summary>The model.</summary>
    public HrmModel Model { get; }

    /// <summary>The maximum number of segments.</summary>
    public int MaxSegments => _options.Halting.MaxSegments;

    /// <summary>The number of training steps.</summary>
    public int Steps => (int)_options.TotalSteps;

    /// <summary>Trains the model.</summary>
    /// <param name="progress">Callback with the number of steps and the metrics since the last call, every 20 steps.</param>
    /// <param name="cancellationToken">Stops before the next step.</param>
    /// <returns>The training time.</returns>
    public TimeSpan Train(Action<int, MetricAverages>? progress = null, CancellationToken cancellationToken = default)
    {
        const int StepsPerReport = 20;
        using var trainer = new OneStepGradTrainer(Model, _options, _generator);
        using var batches = new TrainingStream(
            Dataset(Puzzles.Training),
            _options.GlobalBatchSize,
            new TrainingStreamOptions { EpochsPerIteration = EpochsPerIteration, Seed = Seed },
            Model.Device,
            Sudoku);
        var clock = Stopwatch.StartNew();
        foreach (var batch in batches.Take(Steps))
        {
            cancellationToken.ThrowIfCancellationRequested();
            trainer.Step(batch);
            if (trainer.StepCount % StepsPerReport == 0)
            {
                // Waits for a GPU, so not at every step.
                progress?.Invoke((int)trainer.StepCount, trainer.TakeMetrics());
            }
        }

        return clock.Elapsed;
    }

    /// <summary>Measures the model on the test puzzles.</summary>
    /// <param name="halting">Stops a puzzle before the maximum number of segments; <see langword="null"/> never does.</param>
    public MetricAverages Evaluate(IHaltingPolicy? halting = null)
        => new Evaluator(Model, MaxSegments, halting, HrmTrainer.CreateLoss(_options)).Evaluate(Dataset(Puzzles.Test));

    /// <summary>The first test puzzle that is wrong after one segment and right after the last, if there is one.</summary>
    public (SudokuPuzzle Puzzle, IReadOnlyList<SolverAnswer> Trace) Demonstrate()
    {
        using var solver = new HrmSolver(Model, options: new SolverOptions { MaxSegments = MaxSegments, Rule = HaltingRule.Never });
        var traces = Puzzles.Test.Take(100).Select(puzzle => (puzzle, trace: solver.Trace(Sudoku.Encode(puzzle.Question)))).ToArray();
        var chosen = traces.FirstOrDefault(
            entry => IsRight(entry.puzzle, entry.trace[^1]) && !IsRight(entry.puzzle, entry.trace[0]),
            traces[0]);
        return (chosen.puzzle, chosen.trace);

        static bool IsRight(SudokuPuzzle puzzle, SolverAnswer answer) => answer.Tokens.SequenceEqual(Sudoku.Encode(puzzle.Answer));
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
