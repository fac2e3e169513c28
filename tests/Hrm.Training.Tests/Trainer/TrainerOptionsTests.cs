using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class TrainerOptionsTests
{
    private static readonly Dictionary<string, Action<TrainerOptions>> Changes = new()
    {
        ["GlobalBatchSize"] = options => options.GlobalBatchSize = 8,
        ["MicroBatchSize"] = options => options.MicroBatchSize = 3,
        ["TotalSteps"] = options => options.TotalSteps = 6,
        ["WarmupSteps"] = options => options.WarmupSteps = 0,
        ["LearningRate"] = options => options.LearningRate = 2e-2,
        ["MinLearningRateRatio"] = options => options.MinLearningRateRatio = 0.1,
        ["GradientMode"] = options => options.GradientMode = GradientMode.LastCycle,
        ["MaxGradientNorm"] = options => options.MaxGradientNorm = 0.01,
        ["FiniteCheckInterval"] = options => options.FiniteCheckInterval = 2,
        ["Optimizer.Kind"] = options => options.Optimizer.Kind = OptimizerKind.AdamW,
        ["Optimizer.Beta1"] = options => options.Optimizer.Beta1 = 0.5,
        ["Optimizer.Beta2"] = options => options.Optimizer.Beta2 = 0.5,
        ["Optimizer.WeightDecay"] = options => options.Optimizer.WeightDecay = 1,
        ["Optimizer.Epsilon"] = options => options.Optimizer.Epsilon = 1e-3,
        ["Optimizer.Momentum"] = options => options.Optimizer.Momentum = 0.5,
        ["Optimizer.NewtonSchulzSteps"] = options => options.Optimizer.NewtonSchulzSteps = 2,
        ["PuzzleLearningRate"] = options => options.PuzzleLearningRate = 2e-2,
        ["PuzzleWeightDecay"] = options => options.PuzzleWeightDecay = 1,
        ["EmaDecay"] = options => options.EmaDecay = 0.9,
        ["TokenLoss"] = options => options.TokenLoss = TokenLossKind.Softmax,
        ["HaltingLoss"] = options => options.HaltingLoss = HaltingLossKind.HaltOnly,
        ["Halting.MaxSegments"] = options => options.Halting.MaxSegments = 2,
        ["Halting.ExplorationProbability"] = options => options.Halting.ExplorationProbability = 0,
        ["Halting.Rule"] = options => options.Halting.Rule = HaltingRule.HaltPositive,
    };

    /// <summary>The optimizers of options that only some have.</summary>
    private static readonly Dictionary<string, OptimizerKind> Kinds = new()
    {
        ["Optimizer.Epsilon"] = OptimizerKind.AdamW,
        ["Optimizer.Momentum"] = OptimizerKind.Muon,
        ["Optimizer.NewtonSchulzSteps"] = OptimizerKind.Muon,
    };

    public static TheoryData<string> Names() => [.. Changes.Keys];

    [Fact]
    public void Defaults_are_pinned() => new TrainerOptions().Should().BeEquivalentTo(new
    {
        GlobalBatchSize = 64,
        MicroBatchSize = 0,
        TotalSteps = 1000L,
        WarmupSteps = 100L,
        LearningRate = 1e-4,
        MinLearningRateRatio = 1.0,
        GradientMode = (GradientMode?)null,
        MaxGradientNorm = 0.0,
        FiniteCheckInterval = 1,
        Optimizer = new
        {
            Kind = OptimizerKind.AdamATan2,
            Beta1 = 0.9,
            Beta2 = 0.95,
            WeightDecay = 0.1,
            Epsilon = 1e-8,
            Momentum = 0.95,
            NewtonSchulzSteps = 5,
        },
        PuzzleLearningRate = 1e-4,
        PuzzleWeightDecay = 0.1,
        EmaDecay = 0.0,
        TokenLoss = TokenLossKind.Stablemax,
        HaltingLoss = HaltingLossKind.HaltAndContinue,
        Halting = new { MaxSegments = 16, ExplorationProbability = 0.1, Rule = HaltingRule.HaltOverContinue },
    });

    [Fact]
    public void Every_option_is_tested()
    {
        string[] options =
        [
            .. PropertiesOf<TrainerOptions>(string.Empty).Except(["Optimizer", "Halting"]),
            .. PropertiesOf<OptimizerOptions>("Optimizer."),
            .. PropertiesOf<HaltingOptions>("Halting."),
        ];
        Changes.Keys.Should().BeEquivalentTo(options);

        static IEnumerable<string> PropertiesOf<T>(string prefix) => typeof(T).GetProperties().Select(property => prefix + property.Name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_option_takes_effect(string name)
    {
        var kind = Kinds.GetValueOrDefault(name, OptimizerKind.AdamATan2);
        var changed = Options(kind);
        Changes[name](changed);
        var usual = Train(Options(kind));
        Train(Options(kind)).Should().Equal(usual);
        Train(changed).Should().NotEqual(usual);
    }

    [Fact]
    public void A_global_batch_of_twice_the_rows_halves_the_gradient()
    {
        var doubled = Options();
        doubled.GlobalBatchSize *= 2;
        var (single, half) = (Gradients(Options()), Gradients(doubled, worldSize: 2));
        single.Keys.Should().Equal(half.Keys);
        single.Keys.Should().AllSatisfy(key => half[key].Should().Equal(single[key].Select(value => value / 2)));
    }

    /// <summary>Two processes with the same rows: the sum of their gradients is the gradient of one process that counts its rows only.</summary>
    [Fact]
    public void Summed_gradients_of_two_processes_are_clipped_and_applied_like_those_of_one()
    {
        var (single, shared) = (Options(), Options());
        (single.MaxGradientNorm, shared.MaxGradientNorm) = (0.01, 0.01);
        shared.GlobalBatchSize *= 2;
        After(shared, worldSize: 2).Should().Equal(After(single, worldSize: 1));

        static float[] After(TrainerOptions options, int worldSize)
        {
            using var training = new TinyTraining(options, worldSize: worldSize);
            var (model, trainer) = training;
            using var batch = TinyModels.Batch(1);
            trainer.ComputeGradients(batch);
            foreach (var gradient in model.parameters().Select(parameter => parameter.grad).OfType<Tensor>())
            {
                gradient.add_(gradient.clone(), worldSize - 1);
            }

            trainer.ApplyGradients();
            return [(float)trainer.GradientNorm!.Value, .. TinyModels.Weights(model)];
        }
    }

    [Fact]
    public void A_step_with_several_processes_is_refused()
    {
        using var training = new TinyTraining(Options(), worldSize: 2);
        var trainer = training.Trainer;
        using var batch = TinyModels.Batch(1, TinyModels.Rows / 2);
        trainer.Invoking(it => it.Step(batch)).Should().Throw<InvalidConfigException>()
            .WithMessage("trainer: WorldSize: expected 1 for a step, which sums no gradients between processes, got 2.");
        trainer.Carry.Should().BeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    [InlineData(3)]
    [InlineData(8)]
    public void A_world_size_that_does_not_divide_the_batch_is_refused(int worldSize)
    {
        using var model = TinyModels.Create();
        using var generator = new Generator(1);
        FluentActions.Invoking(() => new OneStepGradTrainer(model, Options(), generator) { WorldSize = worldSize })
            .Should().Throw<InvalidConfigException>().WithMessage($"trainer: WorldSize: expected a divisor of GlobalBatchSize 4, got {worldSize}.");
    }

    [Fact]
    public void Full_exploration_keeps_every_row_beyond_the_first_segment()
    {
        FirstHalts(0).Should().Contain(true);
        FirstHalts(1).Should().NotContain(true);

        static bool[] FirstHalts(double probability)
        {
            var options = Options();
            options.Halting.ExplorationProbability = probability;
            using var training = new TinyTraining(options);
            var trainer = training.Trainer;
            using var batch = TinyModels.Batch(1);
            return trainer.ComputeGradients(batch).Halted.data<bool>().ToArray();
        }
    }

    [Fact]
    public void All_invalid_fields_are_reported()
    {
        string[] expected =
        [
            "GlobalBatchSize: expected 1 … 1048576, got 0",
            "MicroBatchSize: expected 0 … 1048576, got -1",
            "TotalSteps: expected 1 … 9223372036854775807, got 0",
            "WarmupSteps: expected 0 … 9223372036854775807, got -1",
            "LearningRate: expected a finite number of at least 0, got NaN",
            "MinLearningRateRatio: expected 0 … 1, got 1.5",
            "GradientMode: expected OneStep or LastCycle or FullUnroll, got 5",
            "MaxGradientNorm: expected a finite number of at least 0, got -3",
            "FiniteCheckInterval: expected 0 … 2147483647, got -4",
            "PuzzleLearningRate: expected a finite number of at least 0, got -1",
            "PuzzleWeightDecay: expected a finite number of at least 0, got Infinity",
            "EmaDecay: expected 0 (none) or a number below 1, got 1",
            "TokenLoss: expected Stablemax or Softmax, got 9",
            "HaltingLoss: expected HaltAndContinue or HaltOnly, got 8",
            "Optimizer:Kind: expected AdamATan2 or AdamW or Muon, got 6",
            "Optimizer:Beta1: expected 0 … 0.999999999, got 1",
            "Optimizer:Beta2: expected 0 … 0.999999999, got -0.5",
            "Optimizer:WeightDecay: expected a finite number of at least 0, got -2",
            "Optimizer:Epsilon: expected a finite number above 0, got 0",
            "Optimizer:Momentum: expected 0 … 0.999999999, got 1",
            "Optimizer:NewtonSchulzSteps: expected 1 … 32, got 0",
            "Halting:MaxSegments: expected 1 … 65536, got 0",
            "Halting:ExplorationProbability: expected 0 … 1, got 2",
            "Halting:Rule: expected HaltOverContinue or HaltPositive or Never, got 7",
        ];
        AllBad().FindErrors().Should().Equal(expected);

        using var model = TinyModels.Create();
        using var generator = new Generator(1);
        FluentActions.Invoking(() => new OneStepGradTrainer(model, AllBad(), generator)).Should().Throw<InvalidConfigException>()
            .Where(exception => exception.Errors.SequenceEqual(expected))
            .WithMessage($"trainer options: {string.Join("; ", expected)}.");
    }

    [Fact]
    public void Defaults_and_the_ends_of_the_ranges_are_valid()
    {
        new TrainerOptions().FindErrors().Should().BeEmpty();
        var edges = new TrainerOptions { GlobalBatchSize = 1, TotalSteps = 1, WarmupSteps = 0, LearningRate = 0, MinLearningRateRatio = 0 };
        edges.Optimizer = new OptimizerOptions { Beta1 = 0, Beta2 = 0, WeightDecay = 0, Momentum = 0, NewtonSchulzSteps = 1 };
        edges.Halting = new HaltingOptions { MaxSegments = 1, ExplorationProbability = 1 };
        edges.FindErrors().Should().BeEmpty();
    }

    private static TrainerOptions Options(OptimizerKind kind = OptimizerKind.AdamATan2) => new()
    {
        Optimizer = { Kind = kind },
        GlobalBatchSize = TinyModels.Rows,
        TotalSteps = 8,
        WarmupSteps = 2,
        LearningRate = 1e-2,
        MinLearningRateRatio = 0.5,
        PuzzleLearningRate = 1e-2,
        EmaDecay = 0.5,
        Halting = new HaltingOptions { MaxSegments = 3, ExplorationProbability = 0.5 },
    };

    private static TrainerOptions AllBad() => new()
    {
        GlobalBatchSize = 0,
        MicroBatchSize = -1,
        TotalSteps = 0,
        WarmupSteps = -1,
        LearningRate = double.NaN,
        MinLearningRateRatio = 1.5,
        GradientMode = (GradientMode)5,
        MaxGradientNorm = -3,
        FiniteCheckInterval = -4,
        PuzzleLearningRate = -1,
        PuzzleWeightDecay = double.PositiveInfinity,
        EmaDecay = 1,
        TokenLoss = (TokenLossKind)9,
        HaltingLoss = (HaltingLossKind)8,
        Optimizer = new OptimizerOptions
        {
            Kind = (OptimizerKind)6,
            Beta1 = 1,
            Beta2 = -0.5,
            WeightDecay = -2,
            Epsilon = 0,
            Momentum = 1,
            NewtonSchulzSteps = 0,
        },
        Halting = new HaltingOptions { MaxSegments = 0, ExplorationProbability = 2, Rule = (HaltingRule)7 },
    };

    /// <summary>The results of five steps: gradients and metrics of each, weights, averaged weights.</summary>
    private static float[] Train(TrainerOptions options)
    {
        using var training = new TinyTraining(options);
        var (model, trainer) = training;
        var trace = new List<float>();
        for (var step = 0; step < 5; step++)
        {
            using var batch = TinyModels.Batch(step, options.GlobalBatchSize);
            var segment = trainer.ComputeGradients(batch);
            trace.AddRange(TinyModels.Gradients(model).Values.SelectMany(values => values));
            trace.AddRange(segment.Loss.Metrics.data<double>().Select(value => (float)value));
            trace.Add((float)(trainer.GradientNorm ?? -1)); // -1 if it was not measured.
            trainer.ApplyGradients();
        }

        trace.AddRange(TinyModels.Weights(model));
        using (trainer.Average!.Apply())
        {
            trace.AddRange(TinyModels.Weights(model));
        }

        return [.. trace];
    }

    private static Dictionary<string, float[]> Gradients(TrainerOptions options, int worldSize = 1)
    {
        using var training = new TinyTraining(options, worldSize: worldSize);
        var (model, trainer) = training;
        using var batch = TinyModels.Batch(1);
        trainer.ComputeGradients(batch);
        return TinyModels.Gradients(model);
    }
}
