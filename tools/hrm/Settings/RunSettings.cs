using System.Text.Json.Serialization;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.Tool;

/// <summary>All settings of a run, stored as <c>run.json</c>. The command line can set any of them.</summary>
public sealed class RunSettings
{
    /// <summary>The task: sudoku, maze or arc.</summary>
    public string Task { get; set; } = "sudoku";

    /// <summary>The architecture: that of the paper, or one to compare it with.</summary>
    public Architecture Architecture { get; set; }

    /// <summary>The config of the model.</summary>
    public required HrmConfig Model { get; set; }

    /// <summary>The options of the trainer.</summary>
    public TrainerOptions Trainer { get; set; } = new();

    /// <summary>The augmentation of drawn puzzles. Hints are only for Sudoku; an ARC dataset contains its variants.</summary>
    public SudokuAugmentationOptions Augmentation { get; set; } = new();

    /// <summary>The model whose weights the run starts with; empty to draw them.</summary>
    public string InitialWeights { get; set; } = string.Empty;

    /// <summary>Whether the initial weights get a new puzzle table, of the ids of the training puzzles.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NewIds { get; set; }

    /// <summary>The parameters that do not change: beginnings of their names, or <c>all</c>, which leaves the puzzle table to train.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string[]? Frozen { get; set; }

    /// <summary>The seed of weights, sampling, augmentation and exploration.</summary>
    public long Seed { get; set; } = 1;

    /// <summary>The number of epochs per iteration of the sampler.</summary>
    public int EpochsPerIteration { get; set; } = 10;

    /// <summary>The number of batches that a background thread prepares.</summary>
    public int PrefetchBatches { get; set; } = 2;

    /// <summary>
    /// Intervals of reports and checkpoints, and the rules of stopping early. An <c>EvaluationInterval</c> of 0 follows from <see cref="Evaluations"/>.
    /// </summary>
    public TrainingRunOptions Run { get; set; } = new() { CheckpointInterval = 200 };

    /// <summary>The number of newest checkpoints to keep besides the best one.</summary>
    public int KeepCheckpoints { get; set; } = 3;

    /// <summary>The number of evaluations during training, including the one at the end.</summary>
    public int Evaluations { get; set; } = 4;

    /// <summary>The number of rows per batch in an evaluation.</summary>
    public int EvaluationBatchSize { get; set; } = 250;

    /// <summary>The number of libtorch's threads; a run resumes bit for bit only with the same number.</summary>
    public int Threads { get; set; }

    /// <summary>The device that the run started on; <see langword="null"/> if the run did not record it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Device { get; set; }

    /// <summary>Allows CUDA to round the factors of float32 products to TensorFloat-32.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AllowTensorFloat32 { get; set; }

    /// <summary>The training and test puzzles.</summary>
    public RunData Data { get; set; } = new();
}

/// <summary>The files of the puzzles, so that a run can be resumed without naming them again.</summary>
public sealed class RunData
{
    /// <summary>The folder of a dataset; empty if the puzzles are in files.</summary>
    public string Folder { get; set; } = string.Empty;

    /// <summary>Files of training puzzles (only Sudoku and mazes).</summary>
    public string[] Train { get; set; } = [];

    /// <summary>Files of test puzzles (only Sudoku and mazes).</summary>
    public string[] Test { get; set; } = [];

    /// <summary>The side of the boards in files of puzzles.</summary>
    public int Side { get; set; } = 9;

    /// <summary>Skips bad lines of the files of puzzles.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SkipBad { get; set; }

    /// <summary>The number of training mazes to generate, of the size of the test mazes, instead of reading them; 0 for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Generated { get; set; }

    /// <summary>The smallest number of path cells of generated mazes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MinPath { get; set; }

    /// <summary>The largest number of path cells of generated mazes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MaxPath { get; set; }

    /// <summary>The SHA-256 of the <c>identifiers.json</c> of the training puzzles, which names the puzzle ids; empty without this file.</summary>
    public string IdentifiersHash { get; set; } = string.Empty;
}

/// <summary>The size of the puzzles, which a model has to fit.</summary>
internal sealed record PuzzleSize(int SequenceLength, int VocabularySize, int PuzzleIdCount)
{
    public static PuzzleSize Of(IPuzzleDataset dataset) => new(dataset.SequenceLength, dataset.VocabularySize, dataset.PuzzleIdCount);

    /// <summary>Returns a config of the same architecture for puzzles of this size.</summary>
    public HrmConfig Fit(HrmConfig config) => config with { SequenceLength = SequenceLength, VocabularySize = VocabularySize, PuzzleIdCount = PuzzleIdCount };
}

/// <summary>The model of the paper, or one to compare it with. All are compositions of the library's modules.</summary>
public enum Architecture
{
    /// <summary>Two modules, H and L, of the config.</summary>
    Hrm,

    /// <summary>One module as H and L, with the layers of L: half the parameters in the blocks (TRM, arXiv 2510.04871).</summary>
    Shared,

    /// <summary>
    /// z ← f(z + x) with the layers of H and L in one module: the same number of parameters and of updates, without a hierarchy.
    /// </summary>
    Recurrent,

    /// <summary>f(z + x) once: the same number of parameters, no recurrence. With one segment it is direct prediction.</summary>
    Direct,
}
