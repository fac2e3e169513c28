using Hrm.Core;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Paper;

/// <summary>What a machine can be asked for: the puzzles, the sizes and the lengths of training.</summary>
internal sealed class ReproduceScale
{
    private const long SudokuSteps = 800;
    private const long MazeSteps = 1600;
    private const long EasiestSteps = 400;

    /// <summary>The name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>What the report says of it.</summary>
    public required string Description { get; init; }

    /// <summary>The puzzles of most figures.</summary>
    public required PuzzleSet Sudoku { get; init; }

    /// <summary>The mazes.</summary>
    public required PuzzleSet Maze { get; init; }

    /// <summary>Sudokus that are easier still, if there are any.</summary>
    public PuzzleSet? Easiest { get; init; }

    /// <summary>The paper's model for those Sudokus, and how it is trained.</summary>
    public required Func<RunSettings> SudokuSettings { get; init; }

    /// <summary>The paper's model for those mazes, and how it is trained.</summary>
    public required Func<RunSettings> MazeSettings { get; init; }

    /// <summary>The paper's model for the easiest Sudokus, and how it is trained.</summary>
    public Func<RunSettings>? EasiestSettings { get; init; }

    /// <summary>About how many bytes a training step may take; 0 for no limit.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>The widths of figure 2.</summary>
    public required IReadOnlyList<int> Widths { get; init; }

    /// <summary>The blocks of the direct model in figure 2; each count is even.</summary>
    public required IReadOnlyList<int> DirectLayers { get; init; }

    /// <summary>The numbers of segments of figures 2 and 5.</summary>
    public required IReadOnlyList<int> Segments { get; init; }

    /// <summary>N and T of figure 3: long enough for L to settle within a cycle.</summary>
    public required (int HighCycles, int LowCycles) LongCycles { get; init; }

    /// <summary>N = T of the memory figure.</summary>
    public required IReadOnlyList<int> MemoryCycles { get; init; }

    /// <summary>The settings of the memory figure: its model and batch.</summary>
    public required Func<RunSettings> MemorySettings { get; init; }

    /// <summary>M, the largest number of segments that models are trained with.</summary>
    public int MaxSegments => SudokuSettings().Trainer.Halting.MaxSegments;

    /// <summary>Small models and puzzles, for two cores: every figure in less than 40 minutes.</summary>
    /// <param name="root">The folder for the puzzles.</param>
    /// <param name="steps">The steps of each training, if not those of this scale.</param>
    public static ReproduceScale Cpu(string root, long? steps = null)
    {
        var sudoku = PuzzleSet.GeneratedSudokus(root, side: 6, givens: 12, count: 1000);
        var maze = PuzzleSet.GeneratedMazes(root, side: 6, minimumPath: 9, count: 1000);
        var easiest = PuzzleSet.GeneratedSudokus(root, side: 4, givens: 5, count: 1000);
        return new ReproduceScale
        {
            Name = "cpu",
            Description = $"models of about 180,000 parameters whose blocks mix tokens by a layer over the token axis, as attention learns too slowly at this size; {steps ?? SudokuSteps:N0} steps ({steps ?? MazeSteps:N0} on mazes), batch 64, a learning rate of 3e-3 that falls to a tenth, averaged weights; all else as in the paper",
            Sudoku = sudoku,
            Maze = maze,
            Easiest = easiest,
            EasiestSettings = () => SmallSettings(easiest, steps ?? EasiestSteps),
            SudokuSettings = () => SmallSettings(sudoku, steps ?? SudokuSteps),
            MazeSettings = () =>
            {
                // As in the paper: a turned path is not the one of the tie rule, which says which of several shortest paths is right.
                var settings = SmallSettings(maze, steps ?? MazeSteps);
                settings.Augmentation.Symmetries = false;
                return settings;
            },
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

    /// <summary>The paper's presets, on datasets that <c>data … build</c> wrote.</summary>
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
            MemoryLimit = 40L << 30,
            Sudoku = sudokus,
            Maze = mazes,
            SudokuSettings = () => PaperSettings(sudokus, "sudoku-extreme", steps),
            MazeSettings = () => PaperSettings(mazes, "maze-hard", steps),
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

    /// <summary>A small model, trained by the paper's algorithm with rates and averages for minutes.</summary>
    /// <param name="source">The puzzles.</param>
    /// <param name="steps">The number of steps.</param>
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
