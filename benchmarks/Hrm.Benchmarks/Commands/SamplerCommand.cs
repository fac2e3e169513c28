using System.Diagnostics;
using System.Globalization;
using Hrm.Benchmarks.Workloads;
using Hrm.Benchmarks.Workloads.Layers;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Benchmarks.Commands;

/// <summary>
/// <c>sampler</c>: how fast training batches come from a dataset on disk as large as Sudoku-Extreme-Full, how much memory that
/// takes, and how fast the 27M model consumes them on the same machine.
/// </summary>
internal static class SamplerCommand
{
    public const string Name = "sampler";

    private const int Rows = 3_831_994;
    private const int Batch = 768;
    private const int Batches = 500;
    private const int ModelSteps = 3;
    private const double LeastRatio = 20;
    private const double MostMegabytes = 300;

    public static int Run()
    {
        // An idle process of training has libtorch loaded.
        torch.zeros(1).Dispose();
        var idle = ResidentMegabytes();
        var folder = Directory.CreateTempSubdirectory("hrm-sampler").FullName;
        try
        {
            Write(folder);
            GC.Collect();
            var (rowsASecond, resident) = Sample(folder, idle);
            var consumed = ModelRowsASecond();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sampler: {rowsASecond:F0} rows a second, {resident:F0} MB resident above the idle process ({idle:F0} MB)"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"27M model, float32, a training step: {consumed:F1} rows a second; the sampler is {rowsASecond / consumed:F0} times faster"));
            return rowsASecond / consumed >= LeastRatio && resident < MostMegabytes ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(string folder)
    {
        var watch = Stopwatch.StartNew();
        var task = new SudokuTask(SudokuShape.Nine);
        var options = new PuzzleDatasetOptions { SequenceLength = task.SequenceLength, VocabularySize = task.VocabularySize, Overwrite = true };
        PuzzleDatasetFolder.Write(folder, ["<blank>"], [new PuzzleSplit("train", Variants().Select(PuzzleGroup.Of))], options);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Rows} rows written in {watch.Elapsed.TotalSeconds:F1} s"));
    }

    /// <summary>Symmetric variants of real puzzles, each a group of its own.</summary>
    private static IEnumerable<PuzzleExample> Variants()
    {
        var random = new StatefulRandom(1);
        var task = new SudokuTask(SudokuShape.Nine);
        var puzzles = SudokuCsv.Read(Path.Combine(AppContext.BaseDirectory, "data", "sudoku.csv"), SudokuShape.Nine).ToArray();
        for (var row = 0; row < Rows; row++)
        {
            var example = task.ToExample(puzzles[row % puzzles.Length]);
            task.Apply(example.Inputs, example.Labels, random);
            yield return example;
        }
    }

    private static (double RowsASecond, double Megabytes) Sample(string folder, double idle)
    {
        using var dataset = PuzzleDatasetFolder.Open(folder, "train");
        using var stream = new TrainingStream(dataset, Batch, new TrainingStreamOptions { PrefetchBatches = 0 });
        var resident = 0.0;

        // The first batch waits for the order of the groups, which is drawn once an epoch.
        var first = Stopwatch.StartNew();
        stream.Next().Dispose();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first batch after {first.Elapsed.TotalSeconds:F2} s"));
        var watch = Stopwatch.StartNew();
        for (var batch = 0; batch < Batches; batch++)
        {
            stream.Next().Dispose();
            resident = Math.Max(resident, ResidentMegabytes());
        }

        return (Batch * Batches / watch.Elapsed.TotalSeconds, resident - idle);
    }

    private static double ModelRowsASecond()
    {
        var workload = TrainingWorkload.Of(TrainingPreset.SudokuExtreme, FloatKind.F32);
        using var generator = new torch.Generator(1);
        using var model = RandomModel.Create(workload.Config);
        using var trainer = workload.CreateTrainer(model, generator);
        using var batches = new SudokuBatches(workload.Options.GlobalBatchSize, count: 1);
        trainer.Step(batches.First).Dispose();
        var watch = Stopwatch.StartNew();
        for (var step = 0; step < ModelSteps; step++)
        {
            trainer.Step(batches.First).Dispose();
        }

        return workload.Options.GlobalBatchSize * ModelSteps / watch.Elapsed.TotalSeconds;
    }

    private static double ResidentMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1e6;
    }
}
