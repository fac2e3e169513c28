using System.Reflection;
using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class TrainerOptionsTests
{
    private const string Rate = "a finite number of at least 0";

    /// <summary>Every option in the order of its check: the default, another value, an invalid one, and the valid ones as the message names them.</summary>
    private static readonly Dictionary<string, (object? Default, object Other, object Invalid, string Valid)> Table = new()
    {
        ["GlobalBatchSize"] = (64, 8, 0, "1 … 1048576"),
        ["MicroBatchSize"] = (0, 3, -1, "0 … 1048576"),
        ["Replicas"] = (0, 2, -1, "0 … 1024"),
        ["TotalSteps"] = (1000L, 6L, 0L, "1 … 9223372036854775807"),
        ["WarmupSteps"] = (100L, 0L, -1L, "0 … 9223372036854775807"),
        ["LearningRate"] = (1e-4, 2e-2, double.NaN, Rate),
        ["MinLearningRateRatio"] = (1.0, 0.1, 1.5, "0 … 1"),
        ["GradientMode"] = (null, GradientMode.LastCycle, (GradientMode)5, "OneStep or LastCycle or FullUnroll"),
        ["MaxGradientNorm"] = (0.0, 0.01, -3.0, Rate),
        ["FiniteCheckInterval"] = (1, 2, -4, "0 … 2147483647"),
        ["PuzzleLearningRate"] = (1e-4, 2e-2, -1.0, Rate),
        ["PuzzleWeightDecay"] = (0.1, 1.0, double.PositiveInfinity, Rate),
        ["EmaDecay"] = (0.0, 0.9, 1.0, "0 (none) or a number below 1"),
        ["TokenLoss"] = (TokenLossKind.Stablemax, TokenLossKind.Softmax, (TokenLossKind)9, "Stablemax or Softmax"),
        ["HaltingLoss"] = (HaltingLossKind.HaltAndContinue, HaltingLossKind.HaltOnly, (HaltingLossKind)8, "HaltAndContinue or HaltOnly"),
        ["Optimizer.Kind"] = (OptimizerKind.AdamATan2, OptimizerKind.AdamW, (OptimizerKind)6, "AdamATan2 or AdamW or Muon"),
        ["Optimizer.Beta1"] = (0.9, 0.5, 1.0, "0 … 0.999999999"),
        ["Optimizer.Beta2"] = (0.95, 0.5, -0.5, "0 … 0.999999999"),
        ["Optimizer.WeightDecay"] = (0.1, 1.0, -2.0, Rate),
        ["Optimizer.Epsilon"] = (1e-8, 1e-3, 0.0, "a finite number above 0"),
        ["Optimizer.Momentum"] = (0.95, 0.5, 1.0, "0 … 0.999999999"),
        ["Optimizer.NewtonSchulzSteps"] = (5, 2, 0, "1 … 32"),
        ["Halting.MaxSegments"] = (16, 2, 0, "1 … 65536"),
        ["Halting.ExplorationProbability"] = (0.1, 0.0, 2.0, "0 … 1"),
        ["Halting.Rule"] = (HaltingRule.HaltOverContinue, HaltingRule.HaltPositive, (HaltingRule)7, "HaltOverContinue or HaltPositive or Never"),
    };

    /// <summary>The optimizers of options that only some have.</summary>
    private static readonly Dictionary<string, OptimizerKind> Kinds = new()
    {
        ["Optimizer.Epsilon"] = OptimizerKind.AdamW,
        ["Optimizer.Momentum"] = OptimizerKind.Muon,
        ["Optimizer.NewtonSchulzSteps"] = OptimizerKind.Muon,
    };

    public static TheoryData<string> Names() => [.. Table.Keys];

    [Fact]
    public void Defaults_are_pinned()
    {
        var defaults = new TrainerOptions();
        defaults.FindErrors().Should().BeEmpty();
        Table.Keys.Select(name => Find(name, defaults).Value).Should().Equal(Table.Values.Select(row => row.Default));
    }

    [Fact]
    public void Every_option_is_tested()
    {
        string[] options =
        [
            .. PropertiesOf<TrainerOptions>(string.Empty).Except(["Optimizer", "Halting"]),
            .. PropertiesOf<OptimizerOptions>("Optimizer."),
            .. PropertiesOf<HaltingOptions>("Halting."),
        ];
        Table.Keys.Should().BeEquivalentTo(options);

        static IEnumerable<string> PropertiesOf<T>(string prefix) => typeof(T).GetProperties().Select(property => prefix + property.Name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_option_takes_effect(string name)
    {
        var kind = Kinds.GetValueOrDefault(name, OptimizerKind.AdamATan2);
        var changed = Options(kind);
        Set(name, changed, Table[name].Other);
        var usual = Train(Options(kind));
        Train(Options(kind)).Should().Equal(usual);
        Train(changed).Should().NotEqual(usual);
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
        var invalid = new TrainerOptions();
        foreach (var (name, row) in Table)
        {
            Set(name, invalid, row.Invalid);
        }

        string[] expected = [.. Table.Select(entry
            => FormattableString.Invariant($"{entry.Key.Replace('.', ':')}: expected {entry.Value.Valid}, got {entry.Value.Invalid}"))];
        invalid.FindErrors().Should().Equal(expected);

        using var model = TinyModels.Create();
        using var generator = new Generator(1);
        FluentActions.Invoking(() => new OneStepGradTrainer(model, invalid, generator)).Should().Throw<InvalidConfigException>()
            .Where(exception => exception.Errors.SequenceEqual(expected))
            .WithMessage($"trainer options: {string.Join("; ", expected)}.");
    }

    [Fact]
    public void The_ends_of_the_ranges_are_valid()
    {
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

    private static void Set(string name, TrainerOptions options, object value)
    {
        var (owner, property, _) = Find(name, options);
        property.SetValue(owner, value);
    }

    /// <summary>A property by its name, which is below another one after a dot.</summary>
    private static (object Owner, PropertyInfo Property, object? Value) Find(string name, object owner)
    {
        var (first, rest) = name.Split('.') is [var outer, var inner] ? (outer, inner) : (name, null);
        var property = owner.GetType().GetProperty(first)!;
        var value = property.GetValue(owner);
        return rest is null ? (owner, property, value) : Find(rest, value!);
    }

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
}
