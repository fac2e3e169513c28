using Hrm.Core;
using System.Security.Cryptography;
using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.Samples.PuzzleLab;

/// <summary>A dataset that models are trained on and tested with.</summary>
/// <param name="Task">The task.</param>
/// <param name="Name">What it is called in the report.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="Build">Builds it where it is missing; <see langword="null"/> where the user has to.</param>
internal sealed record PuzzleSet(LabTask Task, string Name, string Folder, Action<string>? Build)
{
    /// <summary>The size of its puzzles.</summary>
    public PuzzleSize Size
    {
        get
        {
            using var test = LabDataset.Open(Folder, LabDataset.TestSplit);
            return PuzzleSize.Of(test.Examples);
        }
    }

    /// <summary>Generated Sudokus: as many for training as for testing, no test solution a variant of a training solution.</summary>
    public static PuzzleSet GeneratedSudokus(string root, int side, int givens, int count) => new(
        LabTask.Of("sudoku"),
        $"{side}×{side} Sudokus of {givens} or more givens",
        Path.Combine(root, $"sudoku-{side}-{givens}-{count}"),
        folder =>
        {
            var shape = SudokuFiles.ShapeOf(side);
            var random = new StatefulRandom(1);
            var split = SudokuSplit.Generate(shape, count, count, givens, random);
            var builder = new SudokuDatasetBuilder(shape, new SudokuDatasetOptions());
            Write(folder, new PuzzleDatasetOptions { SequenceLength = builder.Encoding.SequenceLength, VocabularySize = builder.Encoding.VocabularySize }, builder.BuildTraining(split.Training, random), builder.BuildTest(split.Test));
        });

    /// <summary>Generated mazes: as many for training as for testing, no layout in both, also turned or mirrored.</summary>
    public static PuzzleSet GeneratedMazes(string root, int side, int minimumPath, int count) => new(
        LabTask.Of("maze"),
        $"{side}×{side} mazes with paths of {minimumPath} or more cells",
        Path.Combine(root, $"maze-{side}-{minimumPath}-{count}"),
        folder =>
        {
            var random = new StatefulRandom(1);
            var mazes = new MazeGenerator(MazeShape.Square(side), minimumPath, random).Generate(2 * count).ToArray();
            var split = MazeSplit.ByLayout(mazes, count);
            var builder = new MazeDatasetBuilder(MazeShape.Square(side), new MazeDatasetOptions());
            Write(folder, new PuzzleDatasetOptions { SequenceLength = builder.Task.SequenceLength, VocabularySize = builder.Task.VocabularySize }, builder.BuildTraining(split.Training, random), builder.BuildTest(split.Test));
        });

    /// <summary>A dataset that somebody built.</summary>
    public static PuzzleSet Built(string task, string folder) => new(LabTask.Of(task), Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), folder, null);

    /// <summary>Builds it where it is missing.</summary>
    public void Ensure()
    {
        if (Build is not null && !Directory.Exists(Folder))
        {
            Build(Folder);
        }
    }

    /// <summary>What it holds, as a hash: models of other puzzles are other models.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var split in (string[])[LabDataset.TrainSplit, LabDataset.TestSplit])
        {
            using var dataset = LabDataset.Open(Folder, split);
            var count = dataset.Examples.ExampleCount;

            // A sample, evenly: a set of millions need not be read to know it again.
            for (long sample = 0; sample < Math.Min(count, 1000); sample++)
            {
                var (inputs, labels) = dataset.Read((int)(sample * count / Math.Min(count, 1000)));
                hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(inputs.AsSpan()));
                hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(labels.AsSpan()));
            }

            hash.AppendData(BitConverter.GetBytes(count));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Write(string folder, PuzzleDatasetOptions options, IEnumerable<PuzzleGroup> training, IEnumerable<PuzzleGroup> test)
        => PuzzleDatasetFolder.Write(folder, DatasetOutput.BlankAlone, [new PuzzleSplit(LabDataset.TrainSplit, training), new PuzzleSplit(LabDataset.TestSplit, test)], options);
}
