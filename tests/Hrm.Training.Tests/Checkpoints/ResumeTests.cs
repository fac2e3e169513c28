using System.Text.RegularExpressions;
using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;

namespace Hrm.Training.Tests;

/// <summary>An interrupted training gives, bit for bit, the result of an uninterrupted one.</summary>
public sealed partial class ResumeTests : IDisposable
{
    private const string Trm = "one module for both levels, last cycle";

    private static readonly Dictionary<string, (HrmConfig Config, Action<TrainerOptions>? Change)> Cases = new()
    {
        ["float32, puzzle embedding"] = (TinyModels.Config, null),
        ["two replicas"] = (TinyModels.Config, options => options.Replicas = 2),
        ["bfloat16, three replicas"] = (TinyModels.Config with { ForwardDtype = torch.ScalarType.BFloat16 }, options => options.Replicas = 3),
        ["bfloat16"] = (TinyModels.Config with { ForwardDtype = torch.ScalarType.BFloat16 }, null),
        ["token mixer, halt only, no average"] = (
            TinyModels.TokenMixer,
            options => (options.HaltingLoss, options.EmaDecay) = (HaltingLossKind.HaltOnly, 0)),
        ["AdamW, micro-batches, clipping"] = (
            TinyModels.Config,
            options => (options.Optimizer.Kind, options.MicroBatchSize, options.MaxGradientNorm) = (OptimizerKind.AdamW, 3, 0.05)),
        ["Muon"] = (TinyModels.Config, options => options.Optimizer.Kind = OptimizerKind.Muon),
        [Trm] = (TinyModels.Config, options => options.HaltingLoss = HaltingLossKind.HaltOnly),
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. Cases.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_resumed_training_equals_the_uninterrupted_one(string name)
    {
        var (config, change) = Cases[name];
        using var whole = new SmallTraining(config, change, isTrm: name == Trm);
        Train(whole, "whole").Reason.Should().Be(StopReason.Completed);
        using (var first = new SmallTraining(config, change, cancelAfter: 13, isTrm: name == Trm))
        {
            // Not a multiple of any interval, with rows in the middle of their segments.
            Train(first, "parts").Reason.Should().Be(StopReason.Cancelled);
            first.Trainer.Carry!.Halted.all().item<bool>().Should().BeFalse();
        }

        using var second = new SmallTraining(config, change, isTrm: name == Trm);
        second.StepTo(2); // The checkpoint has to replace this state.
        Train(second, "parts").Step.Should().Be(24);

        second.Trainer.StepCount.Should().Be(24);
        second.Stream.Position.Should().Be(whole.Stream.Position);
        var (expected, actual) = (whole.State(), second.State());
        actual.Keys.Should().BeEquivalentTo(expected.Keys);
        expected.Should().AllSatisfy(entry => actual[entry.Key].AsSpan().SequenceEqual(entry.Value).Should().BeTrue(entry.Key));
        Reports("parts").Should().Equal(Reports("whole"));
    }

    [Fact]
    public void Another_seed_of_exploration_gives_another_result()
    {
        // Shows that the check above can fail.
        using var one = new SmallTraining();
        using var other = new SmallTraining();
        using (var generator = new torch.Generator(99))
        using (var state = generator.get_state())
        {
            other.Trainer.Generator.set_state(state);
        }

        Train(one, "one");
        Train(other, "other");
        other.State()["model.lm_head.weight"].Should().NotEqual(one.State()["model.lm_head.weight"]);
    }

    private TrainingOutcome Train(SmallTraining training, string folder)
    {
        using var checkpoints = CheckpointStore.Open(_folder[folder, "checkpoints"]);
        var log = new JsonLinesLog(_folder[folder, "metrics.jsonl"]);
        var evaluator = new Evaluator(training.Model, 2, batchSize: 6);
        var run = new TrainingRun(
            training.Trainer,
            training.Stream,
            new TrainingRunOptions { ReportInterval = 4, CheckpointInterval = 5, EvaluationInterval = 6 })
        {
            Checkpoints = checkpoints,
            Logs = [log],
            Evaluate = (_, cancellation) => evaluator.Evaluate(SmallTraining.Dataset(6), cancellationToken: cancellation),
        };
        run.Resume();
        return run.Run(cancellationToken: training.Cancellation);
    }

    [GeneratedRegex("\"(seconds|steps_per_second|segments_per_second)\":[^,]*,")]
    private static partial Regex Times();

    private string[] Reports(string folder) =>
    [
        .. File.ReadAllLines(_folder[folder, "metrics.jsonl"])
            .Select(line => Times().Replace(line, string.Empty)),
    ];
}
