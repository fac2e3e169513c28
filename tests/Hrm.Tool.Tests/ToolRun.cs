using Hrm.Core;
using Hrm.Puzzles;
using Hrm.TestKit;
using TorchSharp;

namespace Hrm.Tool.Tests;

/// <summary>Small models and 9×9 Sudokus for the commands.</summary>
internal static class ToolRun
{
    private static readonly SudokuPuzzle[] Puzzles = [.. new SudokuGenerator(SudokuShape.Nine, new StatefulRandom(1)).NextDistinctPuzzles(4, 40)];

    /// <summary>A model that the authors' code has too.</summary>
    public static HrmConfig Config { get; } = new()
    {
        SequenceLength = 81,
        VocabularySize = 11,
        HiddenSize = 16,
        Heads = 2,
        HighLayers = 1,
        LowLayers = 1,
        PuzzleEmbeddingWidth = 16,
        PuzzleIdCount = 1,
        RopeTheta = 10000,
    };

    public static string Question => Puzzles[0].Question.ToString();

    /// <summary>Trains for a moment.</summary>
    public static Task<ToolResult> TrainAsync(string puzzles, string output, params string[] arguments) => ToolProcess.RunAsync(
    [
        "train", "sudoku", "--train", puzzles, "--test", puzzles, "--output", output, "--preset", "tiny",
        "--set", "Trainer:GlobalBatchSize=4", "--set", "Trainer:WarmupSteps=0", "--set", "Evaluations=1", "--set", "Trainer:Halting:MaxSegments=2", .. arguments,
    ]);

    /// <summary>Writes the puzzles as a CSV file.</summary>
    public static string WritePuzzles(TemporaryFolder folder)
    {
        File.WriteAllLines(folder["puzzles.csv"], ["source,question,answer,rating", .. Puzzles.Select(puzzle => $"test,{puzzle.Question},{puzzle.Answer},0")]);
        return folder["puzzles.csv"];
    }

    /// <summary>Creates a model with random Q values, so that its value of continuing counts as trained.</summary>
    public static HrmModel CreateModel(HrmConfig? config = null)
    {
        using var generator = new torch.Generator(7);
        using var noGradient = torch.no_grad();
        var model = new HrmModel(config ?? Config, generator);
        model.get_parameter("q_head.weight")!.normal_(0, 0.5, generator);
        model.PuzzleEmbedding?.Weights.normal_(0, 0.3, generator);
        return model;
    }

    public static void ShouldBeDone(this ToolResult result) => result.Code.Should().Be(0, result.Messages);

    public static void ShouldFail(this ToolResult result, string message) => result.Messages.TrimEnd().Should().Match($"*error: {message}");
}
