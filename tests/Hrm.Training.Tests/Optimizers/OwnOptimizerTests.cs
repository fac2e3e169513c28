using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>Optimizers of the caller: a subclass, those of TorchSharp, and groups of several.</summary>
public sealed class OwnOptimizerTests : IDisposable
{
    private const double Rate = 1e-2;

    private static readonly Dictionary<string, Func<HrmModel, TrainerOptions, ParameterOptimizer>> Cases = new()
    {
        ["Lion"] = (model, _) => new Lion(model.parameters()),
        ["TorchSharp's SGD with momentum, two groups"] = (model, options) => new TorchOptimizer(
            optim.SGD(
                [
                    new SGD.ParamGroup(Vectors(model, true), lr: 1e-3, momentum: 0.9, dampening: 0, weight_decay: 0, nesterov: false, maximize: false),
                    new SGD.ParamGroup(Vectors(model, false), lr: 1e-2, momentum: 0.5, dampening: 0, weight_decay: 0.1, nesterov: false, maximize: false),
                ],
                1e-2),
            options.LearningRate),
        ["TorchSharp's AdamW"] = (model, options) => new TorchOptimizer(optim.AdamW(model.parameters(), lr: 1e-3, amsgrad: true), options.LearningRate),
        ["groups"] = (model, options) => new OptimizerGroups(
            (new AdamW(Vectors(model, true), new OptimizerOptions { WeightDecay = 0 }), 0.5),
            (new OptimizerGroups(
                (new Lion(Vectors(model, false).Take(2)), 1),
                (new TorchOptimizer(optim.RMSProp(Vectors(model, false).Skip(2)), options.LearningRate), 2)), 1)),
    };

    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Names => [.. Cases.Keys];

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_resumed_training_equals_the_uninterrupted_one(string name)
    {
        using var whole = Train(name);
        whole.StepTo(24);
        using var checkpoints = CheckpointStore.Open(_folder["c"]);
        using (var first = Train(name))
        {
            first.StepTo(13);
            checkpoints.Save(first.Trainer, first.Stream);
        }

        using var second = Train(name);
        second.StepTo(2); // The checkpoint has to replace this state.
        checkpoints.Restore(second.Trainer, second.Stream)!.Step.Should().Be(13);
        second.StepTo(24);

        var (expected, actual) = (whole.State(), second.State());
        actual.Keys.Should().BeEquivalentTo(expected.Keys);
        expected.Should().AllSatisfy(entry => actual[entry.Key].AsSpan().SequenceEqual(entry.Value).Should().BeTrue(entry.Key));
    }

    [Fact]
    public void The_schedule_multiplies_the_initial_rate_of_each_group()
    {
        Parameter[] parameters = [new(ones(2)), new(ones(3))];
        using var optimizer = new TorchOptimizer(
            optim.SGD([new SGD.ParamGroup([parameters[0]], lr: 0.5), new SGD.ParamGroup([parameters[1]], lr: 0.1)], 1), baseLearningRate: Rate);
        Array.ForEach(parameters, parameter => parameter.grad = ones_like(parameter));
        optimizer.Step(Rate / 4); // As in a warm-up.
        Values(parameters[0]).Should().AllSatisfy(value => value.Should().BeApproximately(1 - (0.5f / 4), 1e-6f));
        Values(parameters[1]).Should().AllSatisfy(value => value.Should().BeApproximately(1 - (0.1f / 4), 1e-6f));
    }

    [Fact]
    public void Groups_equal_their_optimizers_at_their_rates()
    {
        var options = new OptimizerOptions { WeightDecay = 0.3 };
        Parameter[] grouped = [new(full([2, 2], 2f)), new(full([3], 2f))];
        Parameter[] single = [new(full([2, 2], 2f)), new(full([3], 2f))];
        using var groups = new OptimizerGroups((new AdamW([grouped[0]], options), 1), (new AdamATan2([grouped[1]], options), 0.25));
        using var first = new AdamW([single[0]], options);
        using var second = new AdamATan2([single[1]], options);
        for (var step = 1; step <= 3; step++)
        {
            foreach (var parameter in grouped.Concat(single))
            {
                parameter.grad = full_like(parameter, step);
            }

            groups.Step(Rate);
            first.Step(Rate);
            second.Step(Rate * 0.25);
        }

        grouped.SelectMany(Values).Should().Equal(single.SelectMany(Values));
        groups.Parameters.Should().Equal(grouped);
    }

    [Fact]
    public void A_parameter_without_optimizer_or_from_elsewhere_is_refused()
    {
        using var model = TinyModels.Create();
        using var generator = new Generator(1);
        Refused([.. model.parameters().Skip(1)], "*got 0 others and none for *");
        Refused([.. model.parameters(), new Parameter(ones(1))], "*got 1 others and all of them.");
        model.parameters().First().requires_grad = false;
        using var trainer = new HrmTrainer(model, TinyTraining.Options(), generator) { Optimizer = new Lion(model.parameters().Skip(1)) };
        FluentActions.Invoking(() => new Lion([])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new OptimizerGroups((new Lion(model.parameters()), -1))).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new OptimizerGroups((new Lion(model.parameters()), 1), (new Lion(model.parameters()), 1))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new TorchOptimizer(optim.SGD(model.parameters(), 1), 0)).Should().Throw<ArgumentOutOfRangeException>();

        void Refused(Parameter[] parameters, string message) => FluentActions
            .Invoking(() => new HrmTrainer(model, TinyTraining.Options(), generator) { Optimizer = new Lion(parameters) })
            .Should().Throw<InvalidConfigException>().WithMessage("trainer: Optimizer: expected every parameter of the model that requires a gradient, and no other" + message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_gradient_of_another_shape_is_refused(string name)
    {
        using var training = Train(name);
        var (optimizer, parameter) = (training.Trainer.Optimizer, training.Model.parameters().First());
        parameter.grad = ones(1);
        optimizer.Invoking(it => it.Step(Rate)).Should().Throw<ShapeMismatchException>();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Steps_and_dispose_leave_no_tensor_alive(string name)
    {
        using (var training = Train(name))
        {
            using var batch = TinyModels.Batch(1);
            TensorLeak.Check(() => training.Trainer.Step(batch), steps: 10);
        }

        Parameter[] parameters = [new(ones(2, 2)), new(ones(3)), new(ones(2, 3)), new(ones(2)), new(ones(1, 1))];
        var before = LiveTensors.Count();
        var optimizer = new OptimizerGroups((new Lion(parameters[..2]), 1), (new TorchOptimizer(optim.AdamW(parameters[2..]), 1), 1));
        optimizer.Dispose();
        optimizer.Dispose();
        LiveTensors.Count().Should().Be(before);
    }

    [Fact]
    public void The_state_of_another_optimizer_is_refused()
    {
        using var checkpoints = CheckpointStore.Open(_folder["c"]);
        using var first = Train("TorchSharp's AdamW");
        first.StepTo(2);
        checkpoints.Save(first.Trainer, first.Stream);
        foreach (var name in Cases.Keys.Where(name => name != "TorchSharp's AdamW"))
        {
            using var other = Train(name);
            checkpoints.Invoking(it => it.Restore(other.Trainer)).Should().Throw<HrmFormatException>().WithMessage("*expected the state of this trainer*");
        }
    }

    [Theory]
    [InlineData("no bytes")]
    [InlineData("more bytes")]
    [InlineData("other bytes")]
    public void A_damaged_state_of_TorchSharp_is_refused_and_changes_nothing(string damage)
    {
        using var training = Train("TorchSharp's SGD with momentum, two groups");
        training.StepTo(3);
        training.Trainer.Model.Save(_folder["model"]);
        var tensors = TrainerTensors.Of(training.Trainer);
        var name = tensors.Keys.Last(key => key.StartsWith("optimizer.SGD.", StringComparison.Ordinal));
        var bytes = tensors[name].bytes.ToArray();
        tensors[name] = damage switch
        {
            "no bytes" => zeros(0, ScalarType.Byte),
            "more bytes" => tensor((byte[])[.. bytes, 0], ScalarType.Byte),
            _ => tensor(Array.ConvertAll(bytes, value => (byte)(value ^ 0x55)), ScalarType.Byte),
        };
        SafetensorsFile.Save(_folder["state"], tensors);
        training.StepTo(5);
        var before = training.State();

        using var weights = SafetensorsFile.Open(_folder["model", "model.safetensors"]);
        using var state = SafetensorsFile.Open(_folder["state"]);
        FluentActions.Invoking(() => TrainerTensors.Restore(training.Trainer, weights, state, step: 3))
            .Should().Throw<HrmFormatException>().WithMessage("*expected the state of SGD, got other bytes");

        training.State().Should().AllSatisfy(entry => before[entry.Key].AsSpan().SequenceEqual(entry.Value).Should().BeTrue(entry.Key));
    }

    private static SmallTraining Train(string name) => new(optimizer: Cases[name], change: options => options.MaxGradientNorm = 0.5);

    private static Parameter[] Vectors(HrmModel model, bool areVectors) => [.. model.parameters().Where(parameter => parameter.ndim < 2 == areVectors)];

    private static float[] Values(Tensor tensor) => tensor.detach().data<float>().ToArray();

    /// <summary>The sign of an average of gradients. Source: Chen et al., arXiv 2302.06675.</summary>
    private sealed class Lion : ParameterOptimizer
    {
        private readonly Tensor[] _momenta;

        public Lion(IEnumerable<Parameter> parameters)
            : base(parameters) => _momenta = AddState("momentum");

        public override void Step(double learningRate)
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            for (var i = 0; i < Parameters.Count; i++)
            {
                if (GradientOf(i) is { } gradient)
                {
                    StepCounts[i]++;
                    Parameters[i].sub_(_momenta[i].lerp(gradient, 0.1).sign_().mul_(learningRate));
                    _momenta[i].lerp_(gradient, 0.01);
                }
            }
        }
    }
}
