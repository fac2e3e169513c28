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
        var task = new MazeTask(MazeShape.Square(12));
        var generator = new MazeGenerator(task.Shape, minimumPathCells: 20, new StatefulRandom(1)); // Never the same layout twice.
        var mazes = generator.Generate(100).Select(task.ToExample).ToArray();
        PuzzleDatasetFolder.Write(
            "data/mazes",
            identifiers: ["<blank>"],
            [
                new PuzzleSplit("train", mazes[..90].Select(maze => PuzzleGroup.Of(task.VariantsOf(maze)))),
                new PuzzleSplit("test", mazes[90..].Select(PuzzleGroup.Of)),
            ],
            new PuzzleDatasetOptions { SequenceLength = task.SequenceLength, VocabularySize = task.VocabularySize });

        using var training = PuzzleDatasetFolder.Open("data/mazes", "train");
        using var stream = new TrainingStream(training, batchSize: 32);
        var batch = stream.Next();
        // </tasks>

        training.ExampleCount.Should().Be(90 * 8);
        stream.Position.Should().Be(new SamplerPosition(0, 1));
    }
}
