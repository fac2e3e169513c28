using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.PublicApi.Tests;

/// <summary>The code of docs/tasks.md; the text between the marks stands there.</summary>
internal static class TasksExample
{
    public static (int Examples, SamplerPosition Next) Run(string folder)
    {
        // <tasks>
        var shape = MazeShape.Square(12);
        var generator = new MazeGenerator(shape, minimumPathCells: 20, new StatefulRandom(1));
        var mazes = MazeSplit.ByLayout([.. generator.Generate(100)], trainingPuzzles: 90);
        var builder = new MazeDatasetBuilder(shape, new MazeDatasetOptions { Augment = true });
        PuzzleDatasetFolder.Write(
            folder,
            identifiers: ["<blank>"],
            [
                new PuzzleSplit("train", builder.BuildTraining(mazes.Training, new StatefulRandom(2))),
                new PuzzleSplit("test", builder.BuildTest(mazes.Test)),
            ],
            new PuzzleDatasetOptions { SequenceLength = builder.Task.SequenceLength, VocabularySize = builder.Task.VocabularySize });

        using var training = PuzzleDatasetFolder.Open(folder, "train");
        using var stream = new TrainingStream(training, batchSize: 32);
        using var batch = stream.Next();

        // </tasks>
        return (training.ExampleCount, stream.Position);
    }
}
