using Hrm.Core;
using Hrm.Training;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hrm.PublicApi.Tests;

/// <summary>The options in an application: bound from its configuration, and checked at its start.</summary>
public sealed class TrainingOptionsTests
{
    [Fact]
    public void Every_kind_of_setting_is_bound()
    {
        using var services = Services(
            ("Trainer:GlobalBatchSize", "96"), ("Trainer:LearningRate", "0.002"), ("Trainer:Optimizer:Kind", "Muon"),
            ("Trainer:Halting:Rule", "HaltPositive"), ("Stream:PrefetchBatches", "5"), ("Run:CheckpointInterval", "250"),
            ("Run:CheckpointTime", "00:00:30"), ("Device", "cuda:1"), ("StopHostOnFailure", "true"));

        var options = services.GetRequiredService<IOptions<TrainingServiceOptions>>().Value;
        options.Should().BeEquivalentTo(new { Folder = "runs/hosted", Device = "cuda:1", Threads = 0, StopHostOnFailure = true });
        var trainer = options.Trainer;
        trainer.Should().BeEquivalentTo(new { GlobalBatchSize = 96, LearningRate = 0.002 });
        trainer.Optimizer.Kind.Should().Be(OptimizerKind.Muon);
        trainer.Halting.Rule.Should().Be(HaltingRule.HaltPositive);
        trainer.WarmupSteps.Should().Be(new TrainerOptions().WarmupSteps);
        options.Stream.PrefetchBatches.Should().Be(5);
        options.Run.Should().BeEquivalentTo(new { CheckpointInterval = 250, CheckpointTime = TimeSpan.FromSeconds(30) });
        services.GetRequiredService<IStartupValidator>().Validate();
    }

    [Fact]
    public void The_start_reports_every_bad_field_of_every_section()
    {
        using var services = Services(
            ("Trainer:LearningRate", "-1"), ("Trainer:Halting:MaxSegments", "0"), ("Stream:EpochsPerIteration", "0"), ("Run:ReportInterval", "0"));

        var failures = services.GetRequiredService<IStartupValidator>().Invoking(it => it.Validate()).Should().Throw<OptionsValidationException>().Which.Failures;

        failures.Should().BeEquivalentTo(
            "Trainer:LearningRate: expected a finite number of at least 0, got -1",
            "Trainer:Halting:MaxSegments: expected 1 … 65536, got 0",
            "Stream:EpochsPerIteration: expected 1 … 2147483647, got 0",
            "Run:ReportInterval: expected 1 … 9223372036854775807, got 0");
    }

    [Theory]
    [InlineData("Trainer:LearningRat")]
    [InlineData("Folde")]
    public void A_mistyped_key_is_an_error(string key)
    {
        using var services = Services((key, "0.1"));
        services.GetRequiredService<IStartupValidator>().Invoking(it => it.Validate()).Should().Throw<OptionsValidationException>().WithMessage($"*{key.Split(':')[^1]}*");
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddHrmTraining(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Append(("Folder", "runs/hosted")).Select(setting => KeyValuePair.Create(setting.Item1, (string?)setting.Item2)))
            .Build(), _ => throw new InvalidOperationException("expected no start"))
        .BuildServiceProvider();
}
