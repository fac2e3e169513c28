using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>A token loss and an auxiliary loss of the caller.</summary>
public sealed class OwnLossTests : IDisposable
{
    private static readonly Dictionary<string, AuxiliaryLoss> Losses = new()
    {
        ["entropy of the logits"] = (output, _, _) =>
        {
            var log = output.Logits.log_softmax(-1); // [rows, seq_len, V]
            return (log.exp() * log).sum();
        },
        ["repeats its input"] = (output, batch, _)
            => output.Logits.log_softmax(-1).gather(-1, batch.Inputs.to(ScalarType.Int64).unsqueeze(-1)).sum().neg(),
        ["Q, by segments"] = (output, _, segments) => (output.QHalt.exp() * segments).sum(),
    };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _generator = new(1);

    public static IEnumerable<object[]> LossesAndParts
        => Losses.Keys.SelectMany(name => new[] { (1, 1), (3, 1), (0, 2), (1, 3) }.Select(parts => new object[] { name, parts.Item1, parts.Item2 }));

    public void Dispose()
    {
        _generator.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(LossesAndParts))]
    public void Parts_of_a_batch_give_the_gradient_of_the_whole_batch(string name, int microBatchSize, int replicas)
    {
        var (whole, without, parts) = (Run(Losses[name], 0, 1), Run(null, 0, 1), Run(Losses[name], microBatchSize, replicas));

        Deviation(parts.Gradient, whole.Gradient).Should().BeLessThan(1e-6, "a sum over the rows in another order");
        Deviation(whole.Gradient, without.Gradient).Should().BeGreaterThan(0.01, "the loss has an effect");
        parts.Metrics.AuxiliaryLoss.Should().BeApproximately(whole.Metrics.AuxiliaryLoss, 1e-6 * Math.Abs(whole.Metrics.AuxiliaryLoss)).And.NotBe(0);
        without.Metrics.Should().Be(whole.Metrics with { AuxiliaryLoss = 0 });
    }

    [Fact]
    public void It_is_divided_by_the_global_batch_and_part_of_the_total()
    {
        const double Factor = 3;
        var (with, without) = (Segment((output, _, _) => output.QHalt.sum() * Factor), Segment(null));
        // d(Factor · Σ q_halt / B) / d bias = Factor, on top of the other losses.
        (with.Bias - without.Bias).Should().BeApproximately(Factor, 1e-5);
        (with.Total - without.Total).Should().BeApproximately(with.Auxiliary, 1e-5);

        (double Bias, double Total, double Auxiliary) Segment(AuxiliaryLoss? loss)
        {
            using var training = new TinyTraining(TinyTraining.Options(exploration: 0), auxiliaryLoss: loss);
            var segment = training.Trainer.ComputeGradients(training.Batch);
            return (TinyModels.Gradients(training.Model)["q_head.bias"][0], segment.Loss.Total.to(ScalarType.Float64).item<double>(), training.Trainer.Sums.AuxiliaryLoss);
        }
    }

    [Fact]
    public void Bad_results_are_named_and_leave_no_gradient()
    {
        Refused<ShapeMismatchException>((output, _, _) => output.QHalt.exp(), "AuxiliaryLoss: expected [], got [2].");
        Refused<ShapeMismatchException>((_, batch, _) => batch.Inputs.sum(), "AuxiliaryLoss: expected floating point, got Int64.");
        Refused<InvalidConfigException>((_, _, _) => ones([]), "trainer: AuxiliaryLoss: expected a result that depends on logits or Q values, got one without a graph.");
        Refused<NotSupportedException>((_, _, _) => throw new NotSupportedException("mine"), "mine");

        void Refused<TException>(AuxiliaryLoss bad, string message)
            where TException : Exception
        {
            var calls = 0;
            var options = TinyTraining.Options();
            options.MicroBatchSize = 2;
            options.Replicas = 1;
            using var training = new TinyTraining(options, auxiliaryLoss: (output, batch, segments) => ++calls == 1 ? output.QHalt.sum() : bad(output, batch, segments));
            training.Trainer.Invoking(it => it.Step(training.Batch)).Should().Throw<TException>().WithMessage(message);
            training.Model.parameters().Should().OnlyContain(parameter => ReferenceEquals(parameter.grad, null));
            training.Trainer.StepCount.Should().Be(0);
        }
    }

    [Fact]
    public void A_loss_that_is_not_finite_is_reported()
    {
        using var training = new TinyTraining(TinyTraining.Options(), auxiliaryLoss: (output, _, _) => output.QHalt.sum() * double.PositiveInfinity);
        training.Trainer.Invoking(it => it.Step(training.Batch)).Should().Throw<TrainingDivergedException>().WithMessage("*auxiliary loss *gradient norm NaN*");
    }

    [Fact]
    public void A_token_loss_of_the_caller_trains_like_the_same_loss_of_the_options()
    {
        using var softmax = new Softmax();
        var (own, known) = (Train(TokenLossKind.Stablemax, softmax), Train(TokenLossKind.Softmax, null));
        own.Should().Equal(known);
        known.Should().NotEqual(Train(TokenLossKind.Stablemax, null));

        float[] Train(TokenLossKind kind, nn.Module<Tensor, Tensor, Tensor>? loss)
        {
            using var generator = new Generator(1);
            using var model = TinyModels.Create();
            var options = TinyTraining.Options();
            options.TokenLoss = kind;
            using var trainer = loss is null ? new HrmTrainer(model, options, generator) : new HrmTrainer(model, options, generator) { TokenLoss = loss };
            for (var step = 0; step < 3; step++)
            {
                using var batch = TinyModels.Batch(step);
                trainer.Step(batch);
            }

            return TinyModels.Weights(model);
        }
    }

    [Fact]
    public void A_bad_token_loss_is_named()
    {
        using var model = TinyModels.Create();
        Refused<ShapeMismatchException>(losses => losses.sum(-1), "token loss (Changed): expected [4, 6], got [4].");
        Refused<ShapeMismatchException>(losses => losses.to(ScalarType.Int64), "token loss (Changed): expected floating point, got Int64.");
        Refused<InvalidConfigException>(losses => losses.detach(), "trainer: token loss (Changed): expected a result that depends on logits or Q values, got one without a graph.");

        void Refused<TException>(Func<Tensor, Tensor> change, string message)
            where TException : Exception
        {
            using var loss = new Changed(change);
            using var trainer = new HrmTrainer(model, TinyTraining.Options(), _generator) { TokenLoss = loss };
            using var batch = TinyModels.Batch(1);
            trainer.Invoking(it => it.Step(batch)).Should().Throw<TException>().WithMessage(message);
        }
    }

    private static (float[] Gradient, MetricSums Metrics) Run(AuxiliaryLoss? loss, int microBatchSize, int replicas)
    {
        var options = TinyTraining.Options(learningRate: 0, exploration: 0);
        (options.MicroBatchSize, options.Replicas) = (microBatchSize, replicas);
        using var training = new TinyTraining(options, ReplicaTests.Wide, auxiliaryLoss: loss);
        using var batch = TinyModels.Batch(1, sequenceLength: ReplicaTests.SequenceLength);
        training.Trainer.ComputeGradients(batch);
        return ([.. TinyModels.Gradients(training.Model).Values.SelectMany(values => values)], training.Trainer.Sums);
    }

    private static double Deviation(float[] actual, float[] expected)
    {
        return Norm(actual.Zip(expected, (left, right) => left - right)) / Norm(expected);

        static double Norm(IEnumerable<float> values) => Math.Sqrt(values.Sum(value => (double)value * value));
    }

    private sealed class Softmax() : nn.Module<Tensor, Tensor, Tensor>(nameof(Softmax))
    {
        private readonly SoftmaxCrossEntropy _inner = new();

        public override Tensor forward(Tensor logits, Tensor labels) => _inner.call(logits, labels);
    }

    private sealed class Changed(Func<Tensor, Tensor> change) : nn.Module<Tensor, Tensor, Tensor>(nameof(Changed))
    {
        private readonly SoftmaxCrossEntropy _inner = new();

        public override Tensor forward(Tensor logits, Tensor labels) => change(_inner.call(logits, labels));
    }
}
