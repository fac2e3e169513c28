using Hrm.Core;
using Hrm.TestKit;
using Hrm.TestKit.Golden;
using static TorchSharp.torch;

namespace Hrm.PublicApi.Tests;

/// <summary>A model composed with the public API trains as the authors' own code does: the recorded numbers of <c>models/trm_*</c>.</summary>
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
        using var golden = new GoldenCase(folder);
        using var saved = new TemporaryFolder();
        File.WriteAllText(saved["config.json"], golden.Config.ToJson());
        File.Copy(Path.Combine(folder, "weights.safetensors"), saved["model.safetensors"]);
        using var model = HrmModel.Load(saved.Path);
        using var batch = golden.Batch(0);

        model.call(model.InitialCarry(batch.Size), batch).Logits.BeCloseTo(golden.Read("train.0.logits"), 1e-5, "logits");
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void It_trains_as_recorded(string folder)
    {
        using var scope = NewDisposeScope();
        using var golden = new GoldenCase(folder);
        using var generator = new Generator(1);
        using var model = TinyRecursiveModel.Create(golden.Config, generator);
        using (var weights = SafetensorsFile.Open(Path.Combine(folder, "weights.safetensors")))
        {
            model.LoadWeights(weights);
        }

        using var trainer = TinyRecursiveModel.CreateTrainer(model, golden.Options, generator);
        golden.TrainingSteps.Should().BeGreaterThan(1);
        for (var step = 0; step < golden.TrainingSteps; step++)
        {
            using var batch = golden.Batch(step);
            var segment = trainer.ComputeGradients(batch);
            if (step == 0)
            {
                segment.Output.Logits.BeCloseTo(golden.Read("train.0.logits"), 1e-5, "logits");
                foreach (var (name, parameter) in model.named_parameters())
                {
                    parameter.grad!.BeCloseTo(golden.Read($"train.0.grad.model.inner.{name}"), 1e-4, name);
                }
            }

            segment.Loss.Total.BeCloseTo(golden.Read($"train.{step}.loss"), step == 0 ? 1e-5 : 1e-4, $"loss of step {step}");
            segment.Halted.Equals(golden.Read($"train.{step}.halted").to_type(ScalarType.Bool)).Should().BeTrue();
            trainer.ApplyGradients();
        }
    }
}
