using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using TorchSharp;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>The code of docs/own-modules.md.</summary>
public sealed class OwnModulesGuideTests : GuideFolder
{
    [Fact]
    public void A_model_around_a_module_of_ones_own_is_trained_saved_and_loaded()
    {
        var options = TrainerPresets.Tiny();
        options.TotalSteps = 80;

        // <own-model>
        var task = new SudokuTask(SudokuShape.Four);
        var config = HrmPresets.Tiny(task.SequenceLength, task.VocabularySize);
        using var generator = new torch.Generator(1);
        using var model = Create(config, generator);

        static HrmModel Create(HrmConfig config, torch.Generator generator)
        {
            var high = ReasoningModule.Create(config, config.HighLayers, rotary: null, generator);
            return new HrmModel(config, high, new GatedModule(config, generator), generator);
        }
        // </own-model>

        // <own-model-training>
        var puzzles = SudokuSplit.FourByFour(trainingPuzzles: 1000, testPuzzles: 500, new StatefulRandom(1));
        var training = new InMemoryPuzzleDataset(puzzles.Training.Select(task.ToExample), task.VocabularySize);
        using var trainer = new OneStepGradTrainer(model, options, generator);
        using var stream = new TrainingStream(training, options.GlobalBatchSize, augmentation: task);
        var log = new JsonLinesLog("gated-metrics.jsonl");
        var run = new TrainingRun(trainer, stream, new TrainingRunOptions { ReportInterval = 20 }) { Logs = [log] };
        run.Run();
        // </own-model-training>

        // <own-model-files>
        model.Save("gated-model");
        using var loaded = HrmModel.Load("gated-model", create: config => Create(config, generator));
        // </own-model-files>

        var losses = File.ReadLines("gated-metrics.jsonl").Select(line => JsonNode.Parse(line)!["metrics"]!["token_loss"]!.GetValue<double>()).ToArray();
        losses.Should().HaveCount(4);
        losses[^1].Should().BeLessThan(0.85 * losses[0], "it learns");
        var tokens = task.Encode(puzzles.Test[0].Question);
        using var before = new HrmSolver(model, options: new SolverOptions { MaxSegments = 4, Rule = HaltingRule.Never });
        using var after = new HrmSolver(loaded, options: new SolverOptions { MaxSegments = 4, Rule = HaltingRule.Never });
        after.Solve(tokens).Should().BeEquivalentTo(before.Solve(tokens));
    }

    [Fact]
    public void A_loader_that_does_not_know_the_module_says_so()
    {
        var config = HrmPresets.Tiny(16, 6);
        using var generator = new torch.Generator(1);
        using var model = new HrmModel(config, ReasoningModule.Create(config, 1, null, generator), new GatedModule(config, generator), generator);
        model.Save("gated-model");

        var message = $"{Path.Combine("gated-model", "config.json")}: has modules of the kind 'ReasoningModule, GatedModule', which are not the library's: "
            + "pass a function that creates the model, HrmModel.Load(folder, create: config => …)";
        FluentActions.Invoking(() => HrmModel.Load("gated-model")).Should().Throw<HrmFormatException>().WithMessage(message);
        FluentActions.Invoking(() => HrmSolver.Load("gated-model")).Should().Throw<HrmFormatException>().WithMessage(message);
    }
}
