using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.TestKit;
using Hrm.Training;

namespace Hrm.Tool.Tests;

/// <summary><c>train --init --new-ids --freeze</c>: a model learns new tasks by new rows of its puzzle embedding.</summary>
public sealed class NewIdsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task New_tasks_are_learned_while_the_other_weights_stay_bit_for_bit()
    {
        WriteTasks("first", 0, 1, 2);
        WriteTasks("second", 2, 0, 1, 2);
        (await TrainAsync("first", "trained", "--steps", "200", "--set", "Trainer:LearningRate=0.005",
            "--set", "Model:HiddenSize=32", "--set", "Model:Heads=2", "--set", "Model:HighLayers=1", "--set", "Model:LowLayers=1", "--set", "Model:PuzzleEmbeddingWidth=32")).ShouldBeDone();

        string[] newIds = ["--init", _folder["trained"], "--new-ids", "--freeze", "all"];
        (await TrainAsync("second", "whole", ["--steps", "60", .. newIds])).ShouldBeDone();
        (await TrainAsync("second", "resumed", ["--steps", "20", .. newIds])).ShouldBeDone();
        (await ToolProcess.RunAsync("train", "sudoku", "--resume", _folder["resumed"], "--set", "Trainer:TotalSteps=60", "--allow-changes")).ShouldBeDone();

        var losses = File.ReadLines(_folder["whole", "metrics.jsonl"]).Select(line => JsonNode.Parse(line)!)
            .Where(line => line["kind"]!.GetValue<string>() == "training").Select(line => line["metrics"]!["token_loss"]!.GetValue<double>()).ToArray();
        losses[^1].Should().BeLessThan(0.9 * losses[0]);
        using var trained = SafetensorsFile.Open(_folder["trained", "model.safetensors"]);
        using var whole = SafetensorsFile.Open(_folder["whole", "model.safetensors"]);
        using var resumed = SafetensorsFile.Open(_folder["resumed", "model.safetensors"]);
        whole.Names.Should().BeEquivalentTo(trained.Names);
        foreach (var name in whole.Names)
        {
            var bytes = whole.Read(name).bytes.ToArray();
            resumed.Read(name).bytes.ToArray().Should().Equal(bytes, name);
            bytes.SequenceEqual(trained.Read(name).bytes.ToArray()).Should().Be(name != "puzzle_emb.weights", name);
        }

        whole.GetEntry("puzzle_emb.weights").Shape.Should().Equal(5, 32);
        var settings = new RunFolder(_folder["whole"]).ReadSettings();
        (settings.NewIds, settings.Frozen!.Single(), settings.Model.HiddenSize).Should().Be((true, "all", 32));
    }

    [Fact]
    public async Task A_model_of_other_ids_is_refused_without_the_option()
    {
        WriteTasks("second", 2, 0);
        var config = ToolRun.Config with { SequenceLength = 16, VocabularySize = 6 };
        using var model = ToolRun.CreateModel(config);
        model.Save(_folder["other"]);
        using var without = ToolRun.CreateModel(config with { PuzzleEmbeddingWidth = 0 });
        without.Save(_folder["without"]);

        (await TrainAsync("second", "run", "--steps", "1", "--init", _folder["other"]))
            .ShouldFail("--init: expected a model for the puzzles, 16 tokens of 6 values and 3 ids, got *other for 16 tokens of 6 values and 1 id; --new-ids gives it the puzzles' ids.");
        (await TrainAsync("second", "run", "--steps", "1", "--init", _folder["without"], "--new-ids"))
            .ShouldFail("--new-ids: expected a model with a puzzle embedding, got *without, which has none.");
    }

    /// <summary>Each task solves a 4×4 Sudoku and then shifts the digits by its own number.</summary>
    private void WriteTasks(string name, params int[] shifts)
    {
        var task = new SudokuTask(SudokuShape.Four);
        var puzzles = new SudokuGenerator(SudokuShape.Four, new StatefulRandom(1)).NextDistinctPuzzles(6, 12).Select(task.ToExample).ToArray();
        var groups = shifts.Select((shift, index) => new PuzzleGroup(
            [[.. puzzles.Select(puzzle => new PuzzleExample(puzzle.Inputs, Array.ConvertAll(puzzle.Labels, label => 2 + ((label - 2 + shift) % 4)), index + 1))]]));
        string[] identifiers = ["<blank>", .. shifts.Select((_, index) => $"{name}-{index}")];
        PuzzleDatasetFolder.Write(
            _folder[name],
            identifiers,
            [new PuzzleSplit("train", groups), new PuzzleSplit("test", groups)],
            new PuzzleDatasetOptions { VocabularySize = task.VocabularySize, SequenceLength = task.SequenceLength });
    }

    private Task<ToolResult> TrainAsync(string data, string output, params string[] arguments) => ToolProcess.RunAsync(
    [
        "train", "sudoku", "--data", _folder[data], "--output", _folder[output], "--preset", "sudoku-extreme", "--set", "Trainer:PuzzleLearningRate=0.02",
        "--set", "Trainer:Optimizer:WeightDecay=0.1", "--set", "Trainer:PuzzleWeightDecay=0.1", "--set", "Trainer:GlobalBatchSize=12", "--set", "Trainer:WarmupSteps=0",
        "--set", "Trainer:EmaDecay=0.9", "--set", "Trainer:Halting:MaxSegments=1", "--set", "Run:ReportInterval=10", "--set", "Evaluations=1", .. arguments,
    ]);
}
