using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>The code of docs/tasks.md.</summary>
public sealed class TasksGuideTests : GuideFolder
{
    [Fact]
    public void A_dataset_of_mazes_is_written_and_drawn_from()
    {
        // <tasks>
        var shape = MazeShape.Square(12);
        var generator = new MazeGenerator(shape, minimumPathCells: 20, new StatefulRandom(1));
        var mazes = MazeSplit.ByLayout([.. generator.Generate(100)], trainingPuzzles: 90);
        var builder = new MazeDatasetBuilder(shape, new MazeDatasetOptions { Augment = true });
        PuzzleDatasetFolder.Write(
            "data/mazes",
            identifiers: ["<blank>"],
            [
                new PuzzleSplit("train", builder.BuildTraining(mazes.Training, new StatefulRandom(2))),
                new PuzzleSplit("test", builder.BuildTest(mazes.Test)),
            ],
            new PuzzleDatasetOptions { SequenceLength = builder.Task.SequenceLength, VocabularySize = builder.Task.VocabularySize });

        using var training = PuzzleDatasetFolder.Open("data/mazes", "train");
        using var stream = new TrainingStream(training, batchSize: 32);
        var batch = stream.Next();
        // </tasks>

        training.ExampleCount.Should().Be(90 * 8);
        stream.Position.Should().Be(new SamplerPosition(0, 1));
    }
}
