using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>Trainers of a process group, each with a part of the rows, train like one trainer with all rows.</summary>
public sealed class ProcessGroupTests
{
    private const int Steps = 3;

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void A_rank_outside_the_world_is_refused(int rank)
    {
        using var group = new ThreadGroup(2);
        FluentActions.Invoking(() => new TinyTraining(Options(rate: 0), group: new ThreadGroup.Member(group, rank, 2)))
            .Should().Throw<InvalidConfigException>().WithMessage($"trainer: Group: expected a rank from 0 to 1, got {rank}.");
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 1)]
    [InlineData(2, 2)]
    public void Ranks_train_like_one_process(int worldSize, int replicas)
    {
        var options = Options(rate: 0);
        options.Replicas = replicas;
        var one = Train(1, Options(rate: 0)).Single();
        foreach (var rank in Train(worldSize, options))
        {
            for (var step = 0; step < Steps; step++)
            {
                // The rows are added in another order.
                LargestDeviation(rank.Gradients[step], one.Gradients[step]).Should().BeLessThan(1e-6, $"the gradient of step {step}");
                rank.Norms[step].Should().BeApproximately(one.Norms[step], 1e-6 * one.Norms[step]);
                LargestDeviation(rank.Metrics[step], one.Metrics[step]).Should().BeLessThan(1e-6, $"the metrics of step {step}");
            }
        }
    }

    [Fact]
    public void An_auxiliary_loss_is_summed_over_the_ranks()
    {
        AuxiliaryLoss loss = (output, _, _) => output.QHalt.exp().sum();
        var one = Train(1, Options(rate: 0), auxiliaryLoss: loss).Single();
        var without = Train(1, Options(rate: 0)).Single();
        LargestDeviation(one.Gradients[0], without.Gradients[0]).Should().BeGreaterThan(0.1);
        Train(2, Options(rate: 0), auxiliaryLoss: loss).Should()
            .AllSatisfy(rank => LargestDeviation(rank.Gradients[0], one.Gradients[0]).Should().BeLessThan(1e-6));
    }

    [Fact]
    public void All_ranks_have_the_same_weights_and_puzzle_rows()
    {
        var options = Options(rate: 1e-3);
        var ranks = Train(2, options);
        ranks[1].Weights.Should().Equal(ranks[0].Weights);
        LargestDeviation(ranks[0].Weights, Train(1, options).Single().Weights).Should().BeLessThan(1e-6);
        ranks[0].Weights.Should().NotEqual(Train(2, Options(rate: 0))[0].Weights);
    }

    [Fact]
    public void Gradients_of_several_calls_add_up_in_every_rank()
    {
        var one = Train(1, Options(rate: 0), calls: 2).Single();
        foreach (var rank in Train(2, Options(rate: 0), calls: 2))
        {
            LargestDeviation(rank.Gradients[0], one.Gradients[0]).Should().BeLessThan(1e-6);
        }
    }

    [Fact]
    public void Every_rank_notices_that_one_has_a_loss_that_is_not_finite()
    {
        using var group = new ThreadGroup(2);
        group.Run(rank =>
        {
            using var training = new TinyTraining(Options(rate: 0), ReplicaTests.Wide, group: rank);
            using var batch = Part(TinyModels.Batch(1, sequenceLength: ReplicaTests.SequenceLength), rank);
            training.Trainer.ComputeGradients(batch);
            training.Trainer.ApplyGradients();
            using (no_grad())
            {
                training.Trainer.Carry!.States.High.fill_(rank.Rank == 1 ? float.NaN.ToScalar() : 1.ToScalar());
                training.Trainer.Carry.Halted.zero_();
            }

            training.Trainer.Invoking(it => it.Step(batch)).Should().Throw<TrainingDivergedException>();
            return 0;
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    [InlineData(3)]
    [InlineData(8)]
    public void A_world_size_that_does_not_divide_the_batch_is_refused(int worldSize)
    {
        using var group = new ThreadGroup(1);
        FluentActions.Invoking(() => new TinyTraining(Options(rate: 0), group: new ThreadGroup.Member(group, 0, worldSize)))
            .Should().Throw<InvalidConfigException>()
            .WithMessage($"trainer: Group: expected a world size that divides GlobalBatchSize 4, got {worldSize}.");
    }

    private static TrainerOptions Options(double rate)
    {
        var options = TinyTraining.Options(learningRate: rate, exploration: 0.5);
        options.MaxGradientNorm = 0.01;
        options.Replicas = 1;
        return options;
    }

    /// <summary>One result per rank.</summary>
    private static Result[] Train(int worldSize, TrainerOptions options, int calls = 1, AuxiliaryLoss? auxiliaryLoss = null)
    {
        using var group = new ThreadGroup(worldSize);
        return group.Run(rank =>
        {
            using var training = new TinyTraining(options, ReplicaTests.Wide, group: worldSize == 1 ? null : rank, auxiliaryLoss: auxiliaryLoss);
            var (model, trainer) = training;
            var result = new Result([], [], [], []);
            for (var step = 0; step < Steps; step++)
            {
                using var batch = Part(TinyModels.Batch(step, sequenceLength: ReplicaTests.SequenceLength), rank);
                for (var call = 0; call < calls; call++)
                {
                    trainer.ComputeGradients(batch);
                }

                result.Gradients.Add([.. TinyModels.Gradients(model).Values.SelectMany(values => values)]);
                trainer.ApplyGradients();
                result.Norms.Add(trainer.GradientNorm!.Value);
                var metrics = trainer.TakeMetrics();
                result.Metrics.Add([(float)metrics.Count, (float)metrics.Accuracy, (float)metrics.Segments, (float)metrics.TokenLoss, (float)metrics.QContinueLoss]);
            }

            return result with { Weights = TinyModels.Weights(model) };
        });
    }

    /// <summary>The rows of a rank; frees the whole batch.</summary>
    private static PuzzleBatch Part(PuzzleBatch whole, IProcessGroup group)
    {
        using (whole)
        {
            var count = (int)whole.Size / group.WorldSize;
            return PuzzleBatch.Create(Rows(whole.Inputs), Rows(whole.Labels!), Rows(whole.PuzzleIds), ReplicaTests.SequenceLength);

            int[] Rows(Tensor tensor)
            {
                using var rows = tensor.narrow(0, count * group.Rank, count);
                return rows.data<int>().ToArray();
            }
        }
    }

    /// <summary>The largest difference, in units of the largest expected value.</summary>
    private static double LargestDeviation(float[] actual, float[] expected)
    {
        actual.Should().HaveSameCount(expected);
        return actual.Zip(expected, (left, right) => Math.Abs(left - right)).Max() / expected.Max(Math.Abs);
    }

    private sealed record Result(List<float[]> Gradients, List<double> Norms, List<float[]> Metrics, float[] Weights);

    /// <summary>Ranks that are threads of this process.</summary>
    private sealed class ThreadGroup(int worldSize) : IDisposable
    {
        private readonly Barrier _barrier = new(worldSize);
        private readonly Tensor[] _parts = new Tensor[worldSize];

        public T[] Run<T>(Func<IProcessGroup, T> work)
        {
            var ranks = Enumerable.Range(0, worldSize).Select(rank => Task.Factory.StartNew(
                () => work(new Member(this, rank, worldSize)),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default));
            return Task.WhenAll(ranks.ToArray()).GetAwaiter().GetResult();
        }

        public void Dispose() => _barrier.Dispose();

        public sealed class Member(ThreadGroup group, int rank, int worldSize) : IProcessGroup
        {
            public int Rank => rank;

            public int WorldSize => worldSize;

            public void AllReduce(Tensor sum)
            {
                using var scope = NewDisposeScope();
                sum.is_contiguous().Should().BeTrue();
                group._parts[rank] = sum;
                Wait();
                var total = group._parts.Skip(1).Aggregate(group._parts[0].clone(), (left, right) => left + right);
                Wait();
                sum.copy_(total);
                Wait();
            }

            private void Wait() => group._barrier.SignalAndWait(TimeSpan.FromSeconds(60)).Should().BeTrue("every rank makes the same calls");
        }
    }
}
