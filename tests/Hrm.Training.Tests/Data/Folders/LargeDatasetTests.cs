using System.Diagnostics;
using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Training.Tests;

/// <summary>A dataset of the size of Sudoku-Extreme's training half: 3.8 million rows, 2 × 308 MB.</summary>
public sealed class LargeDatasetTests : IDisposable
{
    private const int Rows = 3_800_000;
    private const int Cells = 81;
    private const int BatchSize = 768;
    private const int Batches = 400;
    private const double MaxMegabytes = 300;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Category", "Slow")]
    public void Training_over_millions_of_rows_keeps_them_out_of_memory()
    {
        var root = _folder["sudoku"];
        PuzzleDatasetFolder.Write(
            root, ["<blank>"], [new PuzzleSplit("train", Enumerable.Range(0, Rows).Select(Group))], new PuzzleDatasetOptions { VocabularySize = 11, SequenceLength = Cells });

        // Load libtorch and create a first batch, as in a process that trains.
        using (var warm = new TrainingStream(MadeUpDatasets.Of([1]), 1))
        {
            warm.Next();
        }

        // Memory of earlier tests and of the writing must not count.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var before = ResidentMegabytes();
        var largest = before;
        using var dataset = PuzzleDatasetFolder.Open(root, "train");
        using var stream = new TrainingStream(dataset, BatchSize, new TrainingStreamOptions { EpochsPerIteration = 1 });
        var seen = new HashSet<int>();
        stream.Next();

        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        for (var i = 0; i < Batches; i++)
        {
            var tokens = stream.Next().Inputs.data<int>();
            var examples = stream.Current!.Examples;
            tokens[0].Should().Be(Group(examples[0].Example).Puzzles[0][0].Inputs[0]);
            seen.UnionWith(examples.Select(example => example.Example));
            largest = Math.Max(largest, ResidentMegabytes());
        }

        processor = Process.GetCurrentProcess().TotalProcessorTime - processor;
        seen.Should().HaveCount(Batches * BatchSize, "an epoch takes each row once");

        // The 27M model trains on 4 rows a second on the machine on which this takes 90,000 a second of processor time; a fast GPU
        // on some hundreds.
        (Batches * BatchSize / processor.TotalSeconds).Should().BeGreaterThan(20 * 500);
        if (OperatingSystem.IsLinux())
        {
            (largest - before).Should().BeLessThan(MaxMegabytes);
        }
    }

    /// <summary>Row i, with contents that depend on i.</summary>
    private static PuzzleGroup Group(int number)
    {
        var (inputs, labels) = (new int[Cells], new int[Cells]);
        for (var cell = 0; cell < Cells; cell++)
        {
            inputs[cell] = 1 + ((number + (cell * 7)) % 10);
            labels[cell] = 2 + ((number + (cell * 7)) % 9);
        }

        return PuzzleGroup.Of(new PuzzleExample(inputs, labels));
    }

    private static double ResidentMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / (1024.0 * 1024);
    }
}
