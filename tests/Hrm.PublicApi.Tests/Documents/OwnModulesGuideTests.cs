using System.Text.Json.Nodes;
using Hrm.Core;
using TorchSharp;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>The code of docs/own-modules.md, which is that of samples/OwnModules.</summary>
public sealed class OwnModulesGuideTests : GuideFolder
{
    [Fact]
    public void A_model_around_a_module_of_ones_own_is_trained_saved_and_loaded()
    {
        var lines = Run(typeof(GatedModule).Assembly);

        var losses = File.ReadLines("gated-metrics.jsonl").Select(line => JsonNode.Parse(line)!["metrics"]!["token_loss"]!.GetValue<double>()).ToArray();
        losses.Should().HaveCount(10);
        losses[^1].Should().BeLessThan(0.6 * losses[0], "it learns");
        int.Parse(lines[0].Split(' ')[0]).Should().BeGreaterThan(50, "of 100, by the model that was loaded");
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
