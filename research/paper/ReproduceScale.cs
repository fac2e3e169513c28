using Hrm.Core;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Paper;

/// <summary>The size of a reproduction: puzzles, models and lengths of training that suit a machine.</summary>
internal sealed class ReproduceScale
{
    private const long SudokuSteps = 800;
    private const long MazeSteps = 1600;
    private const long EasiestSteps = 400;

    /// <summary>Approximate bytes that a training step of the paper's presets may take.</summary>
    private const long MemoryOfCard = 40L << 30;

    /// <summary>The name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>The description in the report.</summary>
    public required string Description { get; init; }

    /// <summary>The paper's model on the Sudokus of most figures.</summary>
    public required TrainingPlan Hrm { get; init; }

    /// <summary>The paper's model on mazes.</summary>
    public required TrainingPlan MazeHrm { get; init; }

    /// <summary>The paper's model on Sudokus that are easier still, if there are any.</summary>
    public TrainingPlan? EasiestHrm { get; init; }

    /// <summary>The models of the paper's comparisons.</summary>
    public PaperPlans Plans => new(this);

    /// <summary>The widths of figure 2.</summary>
    public required IReadOnlyList<int> Widths { get; init; }

    /// <summary>The blocks of the direct model in figure 2; each count is even.</summary>
    public required IReadOnlyList<int> DirectLayers { get; init; }

    /// <summary>The numbers of segments of figures 2 and 5.</summary>
    public required IReadOnlyList<int> Segments { get; init; }

    /// <summary>N and T of figure 3: long enough for L to settle within a cycle.</summary>
    public required (int HighCycles, int LowCycles) LongCycles { get; init; }

    /// <summary>The values of N = T in the memory figure, and the settings of its model.</summary>
    public required IReadOnlyList<int> MemoryCycles { get; init; }

    public required Func<RunSettings> MemorySettings { get; init; }

    /// <summary>M, the largest number of segments that models are trained with.</summary>
    public int MaxSegments => Hrm.MaxSegments;

    /// <summary>Small models and puzzles, for two cores: every figure in less than 40 minutes.</summary>
    /// <param name="root">The folder for the puzzles.</param>
    /// <param name="steps">The steps of each training; the scale's own by default.</param>
    public static ReproduceScale Cpu(string root, long? steps = null)
    {
        var sudoku = PuzzleSet.GeneratedSudokus(root, side: 6, givens: 12, count: 1000);
        var maze = PuzzleSet.GeneratedMazes(root, side: 6, minimumPath: 9, count: 1000);
        var easiest = PuzzleSet.GeneratedSudokus(root, side: 4, givens: 5, count: 1000);
        return new ReproduceScale
        {
            Name = "cpu",
            Description = $"models of about 180,000 parameters whose blocks mix tokens by a layer over the token axis, because attention learns too slowly at this size; {steps ?? SudokuSteps:N0} steps ({steps ?? MazeSteps:N0} on mazes), batch 64, a learning rate of 3e-3 that falls to a tenth, averaged weights; everything else as in the paper",
            Hrm = new TrainingPlan("HRM", sudoku, () => SmallSettings(sudoku, steps ?? SudokuSteps)),
            EasiestHrm = new TrainingPlan("HRM, easiest", easiest, () => SmallSettings(easiest, steps ?? EasiestSteps)),

            // As in the paper, mazes are not augmented. Turned, the right one of several shortest paths would not be the one that the tie rule selects.
            MazeHrm = new TrainingPlan("HRM, mazes", maze, () => SmallSettings(maze, steps ?? MazeSteps))
                .With("HRM, mazes", settings => settings.Augmentation.Symmetries = false),
            Widths = [48, 96, 192],
            DirectLayers = [2, 6, 24],
            Segments = [1, 2, 4, 8],
            LongCycles = (2, 4),
            MemoryCycles = [1, 2, 4, 6, 8],
            MemorySettings = () =>
            {
                var settings = SmallSettings(sudoku, steps: 1);
                settings.Model = settings.Model with { HiddenSize = 128, SwiGluInnerWidth = 384, ForwardDtype = torch.ScalarType.Float32 };
                return settings;
            },
        };
    }

    /// <summary>The paper's presets, on datasets written by <c>data … build</c>.</summary>
    /// <param name="sudoku">The folder of Sudoku-Extreme with 1,000 training puzzles.</param>
    /// <param name="maze">The folder of Maze-Hard.</param>
    /// <param name="steps">The steps of each training.</param>
    public static ReproduceScale Gpu(string sudoku, string maze, long steps)
    {
        var (sudokus, mazes) = (PuzzleSet.Built("sudoku", sudoku), PuzzleSet.Built("maze", maze));
        return new ReproduceScale
        {
            Name = "gpu",
            Description = $"the paper's presets, 27M parameters, {steps:N0} steps",
            Hrm = new TrainingPlan("HRM", sudokus, () => PaperSettings(sudokus, "sudoku-extreme", steps)) { MemoryLimit = MemoryOfCard },
            MazeHrm = new TrainingPlan("HRM, mazes", mazes, () => PaperSettings(mazes, "maze-hard", steps)) { MemoryLimit = MemoryOfCard },
            Widths = [256, 512, 1024],
            DirectLayers = [8, 32, 128],
            Segments = [2, 4, 8, 16],
            LongCycles = (2, 8),
            MemoryCycles = [2, 4, 6, 8],
            MemorySettings = () =>
            {
                var settings = PaperSettings(sudokus, "sudoku-extreme", 1);
                settings.Trainer.GlobalBatchSize = 64;
                return settings;
            },
        };
    }

    /// <summary>A small model, trained by the paper's algorithm, with a learning rate and averages for a training of minutes.</summary>
    internal static RunSettings SmallSettings(PuzzleSet source, long steps)
    {
        var size = source.Size;
        return new RunSettings
        {
            Task = source.Task.Name,
            Model = HrmPresets.Small(size.SequenceLength, size.VocabularySize) with { HiddenSize = 96, SwiGluInnerWidth = 256, TokenMixerInnerWidth = 128 },
            Trainer = new TrainerOptions
            {
                TotalSteps = steps,
                LearningRate = 3e-3,
                MinLearningRateRatio = 0.1,
                EmaDecay = 0.99,
                Halting = { MaxSegments = 8 },
            },
            Run = new TrainingRunOptions { CheckpointInterval = 100 },
        };
    }

    private static RunSettings PaperSettings(PuzzleSet source, string preset, long steps)
    {
        var settings = source.Task.CreateSettings(preset, source.Size, new RunData { Folder = source.Folder });
        settings.Task = source.Task.Name;
        settings.Trainer.TotalSteps = steps;
        settings.Run = new TrainingRunOptions { CheckpointInterval = 100 };
        return settings;
    }
}
