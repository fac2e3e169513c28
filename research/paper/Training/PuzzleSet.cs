using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.Paper;

/// <summary>A dataset that models are trained on and tested with.</summary>
/// <param name="task">The task.</param>
/// <param name="name">The name in the report.</param>
/// <param name="folder">The folder.</param>
/// <param name="build">Builds the dataset into the folder; <see langword="null"/> if the user has to.</param>
internal sealed class PuzzleSet(ToolTask task, string name, string folder, Action<string>? build)
{
    /// <summary>The largest number of test puzzles, evenly over all, because the full Sudoku-Extreme set has hundreds of thousands.</summary>
    private const int MaxTestPuzzles = 2000;

    private PuzzleSize? _size;

    public ToolTask Task => task;

    public string Name => name;

    public string Folder => folder;

    /// <summary>The size of its puzzles; builds the dataset if it is missing.</summary>
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
            Write(folder, builder.Task.SequenceLength, builder.Task.VocabularySize, builder.BuildTraining(split.Training, random), builder.BuildTest(split.Test));
        });

    /// <summary>Generated mazes: as many for training as for testing, no layout in both, also turned or mirrored.</summary>
    public static PuzzleSet GeneratedMazes(string root, int side, int minimumPath, int count) => new(
        ToolTask.Of("maze"),
        $"{side}×{side} mazes, paths of {minimumPath} or more cells",
        Path.Combine(root, $"maze-{side}-{minimumPath}-{count}"),
        folder =>
        {
            var random = new StatefulRandom(1);
            var task = new MazeTask(MazeShape.Square(side));
            PuzzleGroup[] groups = [.. new MazeGenerator(task.Shape, minimumPath, random).Generate(2 * count).Select(task.ToExample).Select(PuzzleGroup.Of)];
            Write(folder, task.SequenceLength, task.VocabularySize, groups[..count], groups[count..]);
        });

    /// <summary>A dataset that the user built.</summary>
    public static PuzzleSet Built(string task, string folder) => new(ToolTask.Of(task), Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), folder, null);

    /// <summary>Builds the dataset if it is missing.</summary>
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

    /// <summary>A hash of the contents, because a model of other puzzles is another model.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var split in (string[])[NamedDataset.TrainSplit, NamedDataset.TestSplit])
        {
            using var dataset = NamedDataset.Open(Folder, split);
            var count = dataset.Examples.ExampleCount;

            // An even sample is enough to recognise a set of millions.
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

    private static void Write(string folder, int sequenceLength, int vocabularySize, IEnumerable<PuzzleGroup> training, IEnumerable<PuzzleGroup> test) => PuzzleDatasetFolder.Write(
        folder,
        DatasetOutput.BlankAlone,
        [new PuzzleSplit(NamedDataset.TrainSplit, training), new PuzzleSplit(NamedDataset.TestSplit, test)],
        new PuzzleDatasetOptions { SequenceLength = sequenceLength, VocabularySize = vocabularySize });
}
