using System.Globalization;
using BenchmarkDotNet.Attributes;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.Benchmarks.Suites;

/// <summary>Training batches of 768 rows from a dataset folder of Sudokus.</summary>
/// <remarks>The larger size is that of Sudoku-Extreme-Full, 620 MB. The datasets stay in BenchmarkDotNet.Artifacts for the next run.</remarks>
public class DatasetBenchmarks
{
    private const int Batch = 768;

    private PuzzleDatasetFolder? _dataset;
    private TrainingStream? _stored;
    private TrainingStream? _augmented;

    [Params(1_000, 3_831_994)]
    public int Rows { get; set; }

    /// <summary>Writes the dataset unless it exists, and opens it.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var folder = Path.Combine("BenchmarkDotNet.Artifacts", string.Create(CultureInfo.InvariantCulture, $"sudoku-{Rows}"));
        var task = new SudokuTask(SudokuShape.Nine);
        if (!Directory.Exists(folder))
        {
            PuzzleDatasetFolder.Write(folder, ["<blank>"], [new PuzzleSplit("train", Variants().Select(PuzzleGroup.Of))], new PuzzleDatasetOptions
            {
                SequenceLength = task.SequenceLength,
                VocabularySize = task.VocabularySize,
            });
        }

        _dataset = PuzzleDatasetFolder.Open(folder, "train");
        var options = new TrainingStreamOptions { PrefetchBatches = 0 };
        _stored = new TrainingStream(_dataset, Batch, options);
        _augmented = new TrainingStream(_dataset, Batch, options, augmentation: task);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _augmented?.Dispose();
        _stored?.Dispose();
        _dataset?.Dispose();
    }

    /// <summary>Rows drawn, read from the files, checked, and made tensors.</summary>
    [Benchmark(Baseline = true)]
    public void Stored() => _stored!.Next().Dispose();

    /// <summary>The same with a random symmetry of each puzzle.</summary>
    [Benchmark]
    public void Augmented() => _augmented!.Next().Dispose();

    /// <summary>Symmetric variants of real puzzles, each in its own group.</summary>
    private IEnumerable<PuzzleExample> Variants()
    {
        var random = new StatefulRandom(1);
        var task = new SudokuTask(SudokuShape.Nine);
        var puzzles = SudokuCsv.Read(Path.Combine(AppContext.BaseDirectory, "data", "sudoku.csv"), SudokuShape.Nine).ToArray();
        for (var row = 0; row < Rows; row++)
        {
            var example = task.ToExample(puzzles[row % puzzles.Length]);
            task.Augment(example.Inputs, example.Labels, random);
            yield return example;
        }
    }
}
