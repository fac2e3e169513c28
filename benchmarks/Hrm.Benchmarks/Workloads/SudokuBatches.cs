using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Benchmarks.Workloads;

/// <summary>Batches of real 9×9 puzzles, augmented as in training, in memory before anything is measured.</summary>
internal sealed class SudokuBatches : IDisposable
{
    private const int Seed = 20;
    private readonly PuzzleBatch[] _batches;
    private int _next;

    public SudokuBatches(int batchSize, int count, torch.Device? device = null)
    {
        var task = new SudokuTask(SudokuShape.Nine);
        var examples = SudokuCsv.Read(Path.Combine(AppContext.BaseDirectory, "data", "sudoku.csv"), SudokuShape.Nine)
            .Take(batchSize * count)
            .Select(puzzle => new PuzzleExample(task.Encode(puzzle.Question), task.Encode(puzzle.Answer)));
        var loader = new PuzzleLoader(new InMemoryPuzzleDataset(examples, task.VocabularySize), batchSize, device ?? torch.CPU);
        _batches = [.. loader.TrainingBatches(1, Seed, task).Take(count)];
    }

    /// <summary>The first batch, for what needs the same one each time.</summary>
    public PuzzleBatch First => _batches[0];

    /// <summary>The next batch; after the last comes the first. Stays owned here.</summary>
    public PuzzleBatch Next() => _batches[_next++ % _batches.Length];

    public void Dispose() => Array.ForEach(_batches, batch => batch.Dispose());
}
