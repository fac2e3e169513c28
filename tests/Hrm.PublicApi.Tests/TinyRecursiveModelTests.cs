using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.TestKit;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.PublicApi.Tests;

/// <summary>What an outsider composes trains as the authors' own code does: the recorded numbers of <c>models/trm_*</c>.</summary>
[Trait("Category", "Golden")]
public sealed class TinyRecursiveModelTests
{
    public static TheoryData<string> Folders() => [.. GoldenFolders.Cases("models").Where(folder => Path.GetFileName(folder).StartsWith("trm_", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void It_loads_from_a_folder_and_answers_as_recorded(string folder)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var saved = new TemporaryFolder();
        File.WriteAllText(saved["config.json"], Config(folder).ToJson());
        File.Copy(Path.Combine(folder, "weights.safetensors"), saved["model.safetensors"]);
        using var model = HrmModel.Load(saved.Path);
        using var expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        using var batch = PuzzleBatch.Create(
            expected.Read("batch.0.inputs").data<int>().ToArray(),
            expected.Read("batch.0.labels").data<int>().ToArray(),
            expected.Read("batch.0.puzzle_identifiers").data<int>().ToArray(),
            model.Config.SequenceLength);

        model.call(model.InitialCarry(batch.Size), batch).Logits.BeCloseTo(expected.Read("train.0.logits"), 1e-5, "logits");
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void It_trains_as_recorded(string folder)
    {
        using var scope = NewDisposeScope();
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!.AsObject();
        var train = json["train"]!;
        var options = new TrainerOptions
        {
            GlobalBatchSize = train["global_batch_size"]!.GetValue<int>(),
            WarmupSteps = 0,
            LearningRate = train["lr"]!.GetValue<double>(),
            PuzzleLearningRate = train["puzzle_emb_lr"]!.GetValue<double>(),
            PuzzleWeightDecay = train["puzzle_emb_weight_decay"]!.GetValue<double>(),
            Optimizer = { WeightDecay = train["weight_decay"]!.GetValue<double>() },
            Halting = { MaxSegments = json["halt_max_steps"]!.GetValue<int>(), ExplorationProbability = 0 },
        };
        using var generator = new Generator(1);
        using var model = TinyRecursiveModel.Create(Config(folder), generator);
        using (var weights = SafetensorsFile.Open(Path.Combine(folder, "weights.safetensors")))
        {
            model.LoadWeights(weights);
        }

        using var trainer = TinyRecursiveModel.CreateTrainer(model, options, generator);
        using var expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        var steps = train["steps"]!.GetValue<int>();
        steps.Should().BeGreaterThan(1);
        for (var step = 0; step < steps; step++)
        {
            using var batch = PuzzleBatch.Create(
                expected.Read($"batch.{step}.inputs").data<int>().ToArray(),
                expected.Read($"batch.{step}.labels").data<int>().ToArray(),
                expected.Read($"batch.{step}.puzzle_identifiers").data<int>().ToArray(),
                model.Config.SequenceLength);
            var segment = trainer.ComputeGradients(batch);
            if (step == 0)
            {
                segment.Output.Logits.BeCloseTo(expected.Read("train.0.logits"), 1e-5, "logits");
                foreach (var (name, parameter) in model.named_parameters())
                {
                    parameter.grad!.BeCloseTo(expected.Read($"train.0.grad.model.inner.{name}"), 1e-4, name);
                }
            }

            segment.Loss.Total.BeCloseTo(expected.Read($"train.{step}.loss"), step == 0 ? 1e-5 : 1e-4, $"loss of step {step}");
            segment.Halted.Equals(expected.Read($"train.{step}.halted").to_type(ScalarType.Bool)).Should().BeTrue();
            trainer.ApplyGradients();
        }
    }

    [Fact]
    public void It_takes_less_than_40_lines()
        => File.ReadAllLines(RepositoryFolder.Combine("tests", "Hrm.PublicApi.Tests", "TinyRecursiveModel.cs")).Length.Should().BeLessThan(40);

    /// <summary>The recorded architecture, without what else is recorded beside it.</summary>
    private static HrmConfig Config(string folder)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!.AsObject();
        foreach (var behaviour in new[] { "batch_size", "halt_max_steps", "halt_exploration_prob", "loss_type", "train", "eval_steps" })
        {
            json.Remove(behaviour);
        }

        return HrmConfig.FromJson(json.ToJsonString());
    }
}
