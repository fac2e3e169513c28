using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.Paper;

/// <summary>A dataset that models are trained on and tested with.</summary>
/// <param name="task">The task.</param>
/// <param name="name">What it is called in the report.</param>
/// <param name="folder">Where it lies.</param>
/// <param name="build">Builds it where it is missing; <see langword="null"/> where the user has to.</param>
internal sealed class PuzzleSet(ToolTask task, string name, string folder, Action<string>? build)
{
    /// <summary>The most test puzzles that models are measured on, evenly over all: the full Sudoku-Extreme set has hundreds of thousands.</summary>
    private const int MaxTestPuzzles = 2000;

    private PuzzleSize? _size;

    /// <summary>The task.</summary>
    public ToolTask Task => task;

    /// <summary>What it is called in the report.</summary>
    public string Name => name;

    /// <summary>Where it lies.</summary>
    public string Folder => folder;

    /// <summary>The size of its puzzles; it is built where it is missing.</summary>
    public PuzzleSize Size
    {
        get
        {
            if (_size is null)
            {
                Ensure();
                using var test = NamedDataset.Open(Folder, NamedDataset.TestSplit);
                _size = PuzzleSize.Of(test.Examples);
            }

            return _size;
        }
    }

    /// <summary>Generated Sudokus: as many for training as for testing, no test solution a variant of a training solution.</summary>
    public static PuzzleSet GeneratedSudokus(string root, int side, int givens, int count) => new(
        ToolTask.Of("sudoku"),
        $"{side}×{side} Sudokus, {givens} givens",
        Path.Combine(root, $"sudoku-{side}-{givens}-{count}"),
        folder =>
        {
            var shape = SudokuFiles.ShapeOf(side);
            var random = new StatefulRandom(1);
            var split = SudokuSplit.Generate(shape, count, count, givens, random);
            var builder = new SudokuDatasetBuilder(shape, new SudokuDatasetOptions());
            Write(folder, new PuzzleDatasetOptions { SequenceLength = builder.Task.SequenceLength, VocabularySize = builder.Task.VocabularySize }, builder.BuildTraining(split.Training, random), builder.BuildTest(split.Test));
        });

    /// <summary>Generated mazes: as many for training as for testing, no layout in both, also turned or mirrored.</summary>
    public static PuzzleSet GeneratedMazes(string root, int side, int minimumPath, int count) => new(
        ToolTask.Of("maze"),
        $"{side}×{side} mazes, paths of {minimumPath} or more cells",
        Path.Combine(root, $"maze-{side}-{minimumPath}-{count}"),
        folder =>
        {
            var random = new StatefulRandom(1);
            var mazes = new MazeGenerator(MazeShape.Square(side), minimumPath, random).Generate(2 * count).ToArray();
            var split = MazeSplit.ByLayout(mazes, count);
            var builder = new MazeDatasetBuilder(MazeShape.Square(side), new MazeDatasetOptions());
            Write(folder, new PuzzleDatasetOptions { SequenceLength = builder.Task.SequenceLength, VocabularySize = builder.Task.VocabularySize }, builder.BuildTraining(split.Training, random), builder.BuildTest(split.Test));
        });

    /// <summary>A dataset that the user built.</summary>
    public static PuzzleSet Built(string task, string folder) => new(ToolTask.Of(task), Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), folder, null);

    /// <summary>Builds it where it is missing.</summary>
    public void Ensure()
    {
        if (build is not null && !Directory.Exists(Folder))
        {
            build(Folder);
        }
    }

    /// <summary>The test puzzles that models are measured on.</summary>
    public NamedDataset OpenTest()
    {
        var all = NamedDataset.Open(Folder, NamedDataset.TestSplit);
        if (all.Examples.ExampleCount <= MaxTestPuzzles)
        {
            return all;
        }

        using (all)
        {
            return new NamedDataset(States.Sample(all, MaxTestPuzzles), all.Identifiers, []);
        }
    }

    /// <summary>What it holds, as a hash: models of other puzzles are other models.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var split in (string[])[NamedDataset.TrainSplit, NamedDataset.TestSplit])
        {
            using var dataset = NamedDataset.Open(Folder, split);
            var count = dataset.Examples.ExampleCount;

            // A sample, evenly: a set of millions need not be read to know it again.
            for (long sample = 0; sample < Math.Min(count, 1000); sample++)
            {
                var (inputs, labels) = dataset.Read((int)(sample * count / Math.Min(count, 1000)));
                hash.AppendData(MemoryMarshal.AsBytes(inputs.AsSpan()));
                hash.AppendData(MemoryMarshal.AsBytes(labels.AsSpan()));
            }

            hash.AppendData(BitConverter.GetBytes(count));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Write(string folder, PuzzleDatasetOptions options, IEnumerable<PuzzleGroup> training, IEnumerable<PuzzleGroup> test)
        => PuzzleDatasetFolder.Write(folder, DatasetOutput.BlankAlone, [new PuzzleSplit(NamedDataset.TrainSplit, training), new PuzzleSplit(NamedDataset.TestSplit, test)], options);
}
