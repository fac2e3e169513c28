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
            ("Trainer:Halting:Rule", "HaltPositive"), ("Stream:PrefetchBatches", "5"), ("Run:CheckpointInterval", "250"));

        var trainer = services.GetRequiredService<IOptions<TrainerOptions>>().Value;
        trainer.Should().BeEquivalentTo(new { GlobalBatchSize = 96, LearningRate = 0.002 });
        trainer.Optimizer.Kind.Should().Be(OptimizerKind.Muon);
        trainer.Halting.Rule.Should().Be(HaltingRule.HaltPositive);
        trainer.WarmupSteps.Should().Be(new TrainerOptions().WarmupSteps);
        services.GetRequiredService<IOptions<TrainingStreamOptions>>().Value.PrefetchBatches.Should().Be(5);
        services.GetRequiredService<IOptions<TrainingRunOptions>>().Value.CheckpointInterval.Should().Be(250);
        services.GetRequiredService<IStartupValidator>().Validate();
    }

    [Fact]
    public void The_start_reports_every_bad_field_of_every_section()
    {
        using var services = Services(
            ("Trainer:LearningRate", "-1"), ("Trainer:Halting:MaxSegments", "0"), ("Stream:EpochsPerIteration", "0"), ("Run:ReportInterval", "0"));

        var failures = services.GetRequiredService<IStartupValidator>().Invoking(it => it.Validate()).Should().Throw<AggregateException>()
            .Which.InnerExceptions.Cast<OptionsValidationException>().SelectMany(error => error.Failures);

        failures.Should().BeEquivalentTo(
            "LearningRate: expected a finite number of at least 0, got -1",
            "Halting:MaxSegments: expected 1 … 65536, got 0",
            "EpochsPerIteration: expected 1 … 2147483647, got 0",
            "ReportInterval: expected 1 … 9223372036854775807, got 0");
    }

    [Fact]
    public void A_mistyped_key_is_an_error()
    {
        using var services = Services(("Trainer:LearningRat", "0.1"));
        services.GetRequiredService<IStartupValidator>().Invoking(it => it.Validate()).Should().Throw<OptionsValidationException>().WithMessage("*LearningRat*");
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddHrmTraining(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build())
        .BuildServiceProvider();
}
