using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>A model learns new puzzle ids while its other weights stay as they are, bit for bit.</summary>
public sealed class FrozenWeightsTests
{
    [Theory]
    [InlineData(OptimizerKind.AdamATan2, 1)]
    [InlineData(OptimizerKind.AdamW, 2)]
    [InlineData(OptimizerKind.Muon, 1)]
    public void Only_the_table_of_a_frozen_model_trains(OptimizerKind kind, int replicas)
    {
        using var training = new FrozenTraining(kind, replicas, trainable: null);
        var before = training.Values();

        var losses = training.Steps(1, 20);

        var after = training.Values();
        after.Keys.Should().Equal(before.Keys);
        foreach (var (name, values) in after)
        {
            values.SequenceEqual(before[name]).Should().Be(name != "puzzle_emb.weights", name);
        }

        training.Trainer.Optimizer.Slots.Should().BeEmpty("frozen weights need no state");
        losses[^1].Should().BeLessThan(losses[0]);
    }

    [Theory]
    [InlineData(OptimizerKind.AdamATan2, "lm_head.weight", 2)]
    [InlineData(OptimizerKind.Muon, "L_level.layers.0.mlp.down_proj.weight", 1)]
    public void A_chosen_part_trains_besides_the_table(OptimizerKind kind, string trainable, int slots)
    {
        using var training = new FrozenTraining(kind, 1, trainable);
        var before = training.Values();

        training.Steps(1, 3);

        training.Values().Where(entry => !entry.Value.SequenceEqual(before[entry.Key])).Select(entry => entry.Key)
            .Should().BeEquivalentTo(trainable, "puzzle_emb.weights");
        training.Trainer.Optimizer.Slots.Should().HaveCount(slots);
    }

    /// <summary>The average of a frozen weight would otherwise change in its last bits.</summary>
    [Fact]
    public void The_average_has_the_frozen_weights()
    {
        using var training = new FrozenTraining(OptimizerKind.AdamATan2, 1, "lm_head.weight");
        var before = training.Values();
        training.Steps(1, 20);

        using var applied = training.Trainer.Average!.Apply();

        var averaged = training.Values();
        averaged["lm_head.weight"].Should().NotEqual(before["lm_head.weight"]);
        averaged["H_level.layers.0.mlp.down_proj.weight"].Should().Equal(before["H_level.layers.0.mlp.down_proj.weight"]);
    }

    [Theory]
    [InlineData(OptimizerKind.AdamATan2)]
    [InlineData(OptimizerKind.Muon)]
    public void A_frozen_training_resumes_bit_for_bit(OptimizerKind kind)
    {
        using var folder = new TemporaryFolder();
        using var checkpoints = CheckpointStore.Open(folder.Path);
        using var whole = new FrozenTraining(kind, 1, "q_head.bias");
        whole.Steps(1, 3);
        checkpoints.Save(whole.Trainer);
        whole.Steps(4, 3);

        using var resumed = new FrozenTraining(kind, 1, "q_head.bias");
        checkpoints.Restore(resumed.Trainer)!.Step.Should().Be(3);
        resumed.Steps(4, 3);

        foreach (var (name, values) in resumed.Values())
        {
            values.Should().Equal(whole.Values()[name], name);
        }

        using var other = new FrozenTraining(kind, 1, "lm_head.weight");
        FluentActions.Invoking(() => checkpoints.Restore(other.Trainer)).Should().Throw<HrmFormatException>().WithMessage("*expected the state of this trainer*");
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW, "lm_head.weight")]
    [InlineData(OptimizerKind.Muon, "L_level.layers.0.mlp.down_proj.weight")]
    public void A_weight_that_is_released_later_trains(OptimizerKind kind, string name)
    {
        using var training = new FrozenTraining(kind, 1, trainable: null);
        training.Steps(1, 1);
        var before = training.Values()[name];
        training.Model.get_parameter(name)!.requires_grad = true;

        training.Steps(2, 1);

        training.Values()[name].Should().NotEqual(before);
    }

    /// <summary>A model of seven ids that gets five new ones, all its weights frozen except one.</summary>
    private sealed class FrozenTraining : IDisposable
    {
        private readonly DisposeScope _scope = NewDisposeScope();
        private readonly Generator _generator = new(1);

        public FrozenTraining(OptimizerKind kind, int replicas, string? trainable)
        {
            using var trained = TinyModels.Create();
            Model = trained.WithPuzzleIds(TinyModels.Config.PuzzleIdCount, kept: 0);
            foreach (var (name, parameter) in Model.named_parameters())
            {
                parameter.requires_grad = name == trainable;
            }

            var options = TinyTraining.Options(maxSegments: 1);
            (options.Optimizer.Kind, options.Replicas, options.EmaDecay, options.MaxGradientNorm) = (kind, replicas, 0.9, 1);
            Trainer = new HrmTrainer(Model, options, _generator);
        }

        public HrmModel Model { get; }

        public HrmTrainer Trainer { get; }

        public double[] Steps(int first, int count) =>
        [
            .. Enumerable.Range(first, count).Select(_ =>
            {
                using var batch = TinyModels.Batch(1);
                Trainer.Step(batch);
                return Trainer.TakeMetrics().TokenLoss;
            }),
        ];

        public Dictionary<string, float[]> Values()
        {
            using var scope = NewDisposeScope();
            return Model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().data<float>().ToArray());
        }

        public void Dispose()
        {
            Trainer.Dispose();
            Model.Dispose();
            _generator.Dispose();
            _scope.Dispose();
        }
    }
}
