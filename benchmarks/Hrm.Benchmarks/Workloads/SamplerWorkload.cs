using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Benchmarks.Workloads;

/// <summary>A dataset folder of 9×9 Sudokus in the temporary folder, and streams of batches from it.</summary>
internal sealed class SamplerWorkload : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hrm-sampler").FullName;
    private readonly PuzzleDatasetFolder _dataset;
    private readonly TrainingStream _stored;
    private readonly TrainingStream _augmented;
    private readonly int[] _inputs;
    private readonly int[] _labels;

    public SamplerWorkload(int batch)
    {
        var task = new SudokuTask(SudokuShape.Nine);
        var examples = SudokuCsv.Read(Path.Combine(AppContext.BaseDirectory, "data", "sudoku.csv"), SudokuShape.Nine).Select(task.ToExample).ToArray();
        var split = new PuzzleSplit("train", examples.Select(PuzzleGroup.Of));
        PuzzleDatasetFolder.Write(
            _folder,
            ["<blank>"],
            [split],
            new PuzzleDatasetOptions { SequenceLength = task.SequenceLength, VocabularySize = task.VocabularySize, Overwrite = true });
        _dataset = PuzzleDatasetFolder.Open(_folder, "train");
        _stored = new TrainingStream(_dataset, batch, new TrainingStreamOptions { PrefetchBatches = 0 });
        _augmented = new TrainingStream(_dataset, batch, new TrainingStreamOptions { PrefetchBatches = 0 }, augmentation: task);
        var drawn = Enumerable.Range(0, batch).Select(row => examples[row % examples.Length]).ToArray();
        _inputs = [.. drawn.SelectMany(example => example.Inputs)];
        _labels = [.. drawn.SelectMany(example => example.Labels)];
    }

    public void CopyBatch()
    {
        using var inputs = torch.tensor(_inputs);
        using var labels = torch.tensor(_labels);
    }

    public void NextStored() => _stored.Next().Dispose();

    public void NextAugmented() => _augmented.Next().Dispose();

    public void Dispose()
    {
        _augmented.Dispose();
        _stored.Dispose();
        _dataset.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
