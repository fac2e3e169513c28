using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>Replicas train like one model on all rows.</summary>
public sealed class ReplicaTests : IDisposable
{
    private const int Steps = 4;
    internal const int SequenceLength = 15;

    /// <summary>16 tokens per row with the prefix, for the reason that <see cref="MicroBatchTests"/> gives.</summary>
    internal static readonly HrmConfig Wide = TinyModels.Config with { SequenceLength = SequenceLength, HiddenSize = 64, PuzzleEmbeddingWidth = 64 };

    private static readonly Dictionary<string, (HrmConfig Config, Action<TrainerOptions> Change)> Cases = new()
    {
        ["puzzle embedding, exploration"] = (Wide, _ => { }
        ),
        ["parts of one row"] = (Wide, options => options.MicroBatchSize = 1),
        ["last cycle, halt only"] = (Wide, options => (options.GradientMode, options.HaltingLoss) = (GradientMode.LastCycle, HaltingLossKind.HaltOnly)),
        ["full unroll, clipping"] = (Wide, options => (options.GradientMode, options.MaxGradientNorm) = (GradientMode.FullUnroll, 0.01)),
        ["learned positions"] = (Wide with { PositionEncoding = PositionEncoding.Learned }, _ => { }
        ),
        ["token mixer"] = (
            TinyModels.TokenMixer with { SequenceLength = SequenceLength, HiddenSize = 64, TokenMixerInnerWidth = 64 },
            options => options.Optimizer.Kind = OptimizerKind.Muon),
    };

    private readonly int _threads = get_num_threads();

    public static IEnumerable<object[]> CasesAndCounts => Cases.Keys.SelectMany(name => new[] { 2, 3, 100 }.Select(count => new object[] { name, count }));

    public void Dispose() => set_num_threads(_threads);

    [Theory]
    [MemberData(nameof(CasesAndCounts))]
    public void Any_number_gives_the_gradients_of_one_model(string name, int replicas)
    {
        var (one, several) = (Run(name, 1, rate: 0), Run(name, replicas, rate: 0));
        for (var step = 0; step < Steps; step++)
        {
            several.Decisions[step].Should().Equal(one.Decisions[step], "the same rows halt");

            // A sum over the rows in another order.
            Deviation(several.Gradients[step], one.Gradients[step]).Should().BeLessThan(1e-6, $"the gradient of step {step}");
            Deviation(several.Metrics[step], one.Metrics[step]).Should().BeLessThan(1e-6, $"the metrics of step {step}");
        }
    }

    [Theory]
    [MemberData(nameof(CasesAndCounts))]
    public void Any_number_trains_to_the_weights_of_one_model(string name, int replicas)
    {
        var (one, several) = (Run(name, 1, rate: 1e-3), Run(name, replicas, rate: 1e-3));
        // A gradient near zero may round to the other sign, and Adam's first update depends on little but the sign: 8e-6 was measured.
        Deviation(several.Weights, one.Weights).Should().BeLessThan(1e-4);
        Deviation(several.Table, one.Table).Should().BeLessThan(1e-3, "only the sign of its gradient is used");
        Run(name, replicas, rate: 1e-3).Weights.Should().Equal(several.Weights, "a given number has reproducible results");
    }

    [Fact]
    public void Weights_that_were_moved_or_frozen_later_are_noticed()
    {
        var (one, several) = (Train(1), Train(2));
        Deviation(several, one).Should().BeLessThan(1e-4);

        static float[] Train(int replicas)
        {
            using var training = Create(replicas);
            var (model, trainer) = training;
            var weights = model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
            weights["lm_head.weight"].requires_grad = false;
            training.Step(1);
            using (no_grad())
            using (var moved = weights["H_level.layers.0.mlp.down_proj.weight"].detach() * 2)
            using (var table = model.PuzzleEmbedding!.Weights * 2)
            {
                weights["H_level.layers.0.mlp.down_proj.weight"].set_(moved);
                model.PuzzleEmbedding.Weights.set_(table);
            }

            weights["embed_tokens.embedding_weight"].requires_grad = false;
            var (head, tokens) = (Values(weights["lm_head.weight"]), Values(weights["embed_tokens.embedding_weight"]));
            training.Step(2);
            Values(weights["lm_head.weight"]).Should().Equal(head);
            Values(weights["embed_tokens.embedding_weight"]).Should().Equal(tokens);
            return TinyModels.Weights(model);
        }

        static float[] Values(Tensor tensor) => tensor.detach().data<float>().ToArray();
    }

    [Fact]
    public void A_model_with_weights_in_bfloat16_has_replicas()
    {
        var (one, several) = (Train(1), Train(2));
        Deviation(several, one).Should().BeLessThan(1e-2);

        static float[] Train(int replicas)
        {
            using var scope = NewDisposeScope();
            using var model = TinyModels.Create(TinyModels.Config with { ForwardDtype = ScalarType.BFloat16 });
            model.to(ScalarType.BFloat16);
            using var generator = new Generator(1);
            using var trainer = new HrmTrainer(model, Options(replicas), generator);
            using var batch = TinyModels.Batch(1);
            trainer.ComputeGradients(batch);
            return [.. model.parameters().SelectMany(parameter => parameter.grad!.to_type(ScalarType.Float32).data<float>())];
        }
    }

    [Fact]
    public void Steps_keep_the_number_of_live_tensors_and_disposal_frees_the_rest()
    {
        using var model = TinyModels.Create();
        using var generator = new Generator(1);
        using var batch = TinyModels.Batch(1);
        var before = LiveTensors.Count();
        var trainer = new HrmTrainer(model, Options(2), generator);
        Train(20);
        var live = LiveTensors.Count();
        Train(200);
        Tensor.TotalCount.Should().Be(live);
        trainer.Dispose();
        Tensor.TotalCount.Should().Be(before + (2 * model.parameters().Count()), "TorchSharp counts the tensor of a new parameter twice");

        void Train(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                trainer.Step(batch);
            }
        }
    }

    [Fact]
    public void An_exception_of_a_replica_reaches_the_caller_and_changes_nothing()
    {
        using var other = Create(3);
        other.Step(1);
        other.Step(2);
        using var training = Create(3);
        var (model, trainer) = training;
        training.Step(1);
        var weights = TinyModels.Weights(model);

        // Only the last of three replicas has two of the four rows.
        model.Recurrence.Updated = update => throw (update.Before.size(0) == 2 ? new InvalidTimeZoneException("last") : new NotSupportedException("others"));
        training.Invoking(it => it.Step(2)).Should().Throw<NotSupportedException>().WithMessage("others");
        model.Recurrence.Updated = update => _ = update.Before.size(0) == 2 ? throw new InvalidTimeZoneException("last") : 0;
        training.Invoking(it => it.Step(2)).Should().Throw<InvalidTimeZoneException>().WithMessage("last");
        model.parameters().Should().AllSatisfy(parameter => parameter.grad.Should().BeNull());
        trainer.PuzzleOptimizer!.Pending.Should().BeEmpty();
        TinyModels.Weights(model).Should().Equal(weights);
        trainer.StepCount.Should().Be(1);

        model.Recurrence.Updated = null;
        training.Step(2);
        TinyModels.Weights(model).Should().Equal(TinyModels.Weights(other.Model));
    }

    [Fact]
    public void A_callback_of_updates_sees_every_row_and_is_not_called_by_two_threads_at_once()
    {
        using var training = Create(2);
        var (rows, running) = (0L, 0);
        training.Model.Recurrence.Updated = update =>
        {
            Interlocked.Increment(ref running).Should().Be(1);
            Thread.Sleep(1);
            rows += update is { IsHigh: true, Cycle: 0 } ? update.Before.size(0) : 0;
            Interlocked.Decrement(ref running);
        };
        using var batch = TinyModels.Batch(1);
        training.Trainer.ComputeGradients(batch);
        rows.Should().Be(2 * TinyModels.Rows, "the target of continuing takes another segment");
    }

    [Fact]
    public void Two_trainers_at_once_do_not_disturb_each_other()
    {
        var alone = Train();
        var results = new float[2][];
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(index => new Thread(() => results[index] = Train()))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        results.Should().AllSatisfy(weights => weights.Should().Equal(alone));

        static float[] Train()
        {
            using var training = Create(2);
            for (var step = 0; step < 20; step++)
            {
                training.Step(step);
            }

            return TinyModels.Weights(training.Model);
        }
    }

    [Theory]
    [InlineData(1, 64, 1)]
    [InlineData(2, 15, 1)]
    [InlineData(2, 16, 2)]
    [InlineData(2, 64, 2)]
    [InlineData(3, 64, 3)]
    [InlineData(16, 64, 8)]
    public void The_chosen_number_follows_from_threads_and_rows(int threads, int rows, int expected)
    {
        set_num_threads(threads);
        var options = Options(0);
        options.GlobalBatchSize = rows;
        using var training = new TinyTraining(options);
        training.Trainer.Replicas.Should().Be(expected);
    }

    [Fact]
    public void A_large_model_or_one_with_modules_of_its_own_is_not_replicated_unless_asked_for()
    {
        set_num_threads(2);
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var options = new TrainerOptions();
        using var large = new HrmModel(TinyModels.Config with { HiddenSize = 512, Heads = 8, SwiGluInnerWidth = 1536 }, generator);
        using var own = ReasoningModule.Create(TinyModels.Config, 1, null, generator);
        using var modules = new HrmModel(TinyModels.Config, own, own, generator);
        foreach (var model in new[] { large, modules })
        {
            using var trainer = new HrmTrainer(model, options, generator);
            trainer.Replicas.Should().Be(1);
        }

        options.Replicas = 2;
        using var asked = new HrmTrainer(large, options, generator);
        asked.Replicas.Should().Be(2);
        FluentActions.Invoking(() => new HrmTrainer(modules, options, generator)).Should().Throw<InvalidConfigException>()
            .WithMessage("trainer options: Replicas: expected 1 for a model with modules of its own, got 2.");
    }

    private static TinyTraining Create(int replicas) => new(Options(replicas));

    private static TrainerOptions Options(int replicas)
    {
        var options = TinyTraining.Options(learningRate: 1e-3, exploration: 0);
        options.Replicas = replicas;
        return options;
    }

    private static Trace Run(string name, int replicas, double rate)
    {
        var (config, change) = Cases[name];
        var options = TinyTraining.Options(learningRate: rate, exploration: 0.5);
        options.Replicas = replicas;
        change(options);
        using var training = new TinyTraining(options, config);
        var (model, trainer) = training;
        trainer.Replicas.Should().Be(Math.Min(replicas, TinyModels.Rows));
        var trace = new Trace([], [], [], [], []);
        for (var step = 0; step < Steps; step++)
        {
            using var batch = TinyModels.Batch(step, sequenceLength: SequenceLength);
            var segment = trainer.ComputeGradients(batch);
            trace.Decisions.Add([.. segment.Halted.data<bool>().Select(Convert.ToInt32), .. segment.Segments.data<int>()]);
            trace.Metrics.Add([.. segment.Loss.Metrics.data<double>().Select(value => (float)value), segment.Loss.Total.to_type(ScalarType.Float32).item<float>()]);
            var rows = trainer.PuzzleOptimizer?.Pending.SelectMany(pending => pending.Gradient.data<float>()) ?? [];
            trace.Gradients.Add([.. TinyModels.Gradients(model).Values.SelectMany(values => values), .. rows]);
            trainer.ApplyGradients();
        }

        return trace with
        {
            Weights = [.. model.parameters().SelectMany(parameter => parameter.detach().data<float>())],
            Table = model.PuzzleEmbedding?.Weights.data<float>().ToArray() ?? [1],
        };
    }

    /// <summary>|actual - expected| / |expected|, Euclidean.</summary>
    private static double Deviation(float[] actual, float[] expected)
    {
        actual.Should().HaveSameCount(expected);
        return Norm(actual.Zip(expected, (left, right) => left - right)) / Norm(expected);

        static double Norm(IEnumerable<float> values) => Math.Sqrt(values.Sum(value => (double)value * value));
    }

    private sealed record Trace(List<int[]> Decisions, List<float[]> Metrics, List<float[]> Gradients, float[] Weights, float[] Table);
}
