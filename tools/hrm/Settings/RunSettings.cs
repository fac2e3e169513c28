using System.Text.Json.Serialization;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.Tool;

/// <summary>All settings of a run, saved with it as <c>run.json</c>. Any key can be set on the command line.</summary>
public sealed class RunSettings
{
    /// <summary>The task: sudoku, maze or arc.</summary>
    public string Task { get; set; } = "sudoku";

    /// <summary>What the model is made of: that of the paper, or one to compare it with.</summary>
    public Architecture Architecture { get; set; }

    /// <summary>The architecture's sizes.</summary>
    public required HrmConfig Model { get; set; }

    /// <summary>How the model is trained.</summary>
    public TrainerOptions Trainer { get; set; } = new();

    /// <summary>How puzzles are varied when they are drawn. Hints are for Sudoku alone; ARC's variants are in its datasets.</summary>
    public SudokuAugmentationOptions Augmentation { get; set; } = new();

    /// <summary>The folder of the model whose weights the run begins with; empty where they are drawn.</summary>
    public string InitialWeights { get; set; } = string.Empty;

    /// <summary>The seed of weights, sampling, augmentation and exploration.</summary>
    public long Seed { get; set; } = 1;

    /// <summary>Epochs in one stream of the sampler.</summary>
    public int EpochsPerIteration { get; set; } = 10;

    /// <summary>Batches that a background thread holds ready.</summary>
    public int PrefetchBatches { get; set; } = 2;

    /// <summary>
    /// Intervals of reports and checkpoints, and when to stop early. Its <c>EvaluationInterval</c> of 0 means as many steps as
    /// <see cref="Evaluations"/> asks for.
    /// </summary>
    public TrainingRunOptions Run { get; set; } = new() { CheckpointInterval = 200 };

    /// <summary>The newest checkpoints that are kept, besides the best one.</summary>
    public int KeepCheckpoints { get; set; } = 3;

    /// <summary>How often the test puzzles are evaluated during training, the end included.</summary>
    public int Evaluations { get; set; } = 4;

    /// <summary>Rows of a batch in evaluation.</summary>
    public int EvaluationBatchSize { get; set; } = 250;

    /// <summary>Threads of libtorch; a run continues bit for bit with the same number.</summary>
    public int Threads { get; set; }

    /// <summary>The device that the run began on; null in runs that did not record it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Device { get; set; }

    /// <summary>Whether CUDA may round the factors of float32 products to TensorFloat-32.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AllowTensorFloat32 { get; set; }

    /// <summary>What is trained on and tested with.</summary>
    public RunData Data { get; set; } = new();
}

/// <summary>The files of a run, so that it can be resumed without naming them again.</summary>
public sealed class RunData
{
    /// <summary>The folder of a dataset; nothing where CSV files are named.</summary>
    public string Folder { get; set; } = string.Empty;

    /// <summary>CSV files of training puzzles (Sudoku).</summary>
    public string[] Train { get; set; } = [];

    /// <summary>CSV files of test puzzles (Sudoku).</summary>
    public string[] Test { get; set; } = [];

    /// <summary>The side of the boards in CSV files.</summary>
    public int Side { get; set; } = 9;

    /// <summary>The SHA-256 of the <c>identifiers.json</c> of the training puzzles, which says what each puzzle id means; empty without one.</summary>
    public string IdentifiersHash { get; set; } = string.Empty;
}

/// <summary>The size of the puzzles, which a model has to fit.</summary>
/// <param name="SequenceLength">The number of tokens of a puzzle.</param>
/// <param name="VocabularySize">V, the number of token values.</param>
/// <param name="PuzzleIdCount">The number of puzzle ids.</param>
internal sealed record PuzzleSize(int SequenceLength, int VocabularySize, int PuzzleIdCount)
{
    public static PuzzleSize Of(IPuzzleDataset dataset) => new(dataset.SequenceLength, dataset.VocabularySize, dataset.PuzzleIdCount);

    /// <summary>Returns a config of the same architecture for puzzles of this size.</summary>
    public HrmConfig Fit(HrmConfig config) => config with { SequenceLength = SequenceLength, VocabularySize = VocabularySize, PuzzleIdCount = PuzzleIdCount };
}

/// <summary>What a run trains: the model of the paper, or one that it is compared with. All are compositions of the library's modules.</summary>
public enum Architecture
{
    /// <summary>Two modules, H and L, as the config has them.</summary>
    Hrm,

    /// <summary>One module in both places, with the layers of L: half the parameters in the blocks (TRM, arXiv 2510.04871).</summary>
    Shared,

    /// <summary>
    /// z ← f(z + x) with the layers of H and L in one module, as often as the two are updated together: the same parameters and the same number of
    /// updates, without a hierarchy.
    /// </summary>
    Recurrent,

    /// <summary>f(z + x) once: the same parameters, no recurrence. With one segment it is direct prediction.</summary>
    Direct,
}
