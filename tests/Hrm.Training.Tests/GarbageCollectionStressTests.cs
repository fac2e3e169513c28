using System.Diagnostics;
using System.Globalization;
using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>
/// Training and solving while another thread collects garbage every millisecond. A native object that only the call holds would be
/// freed during the call, and cause an exception or another number. <c>HRM_STRESS_SECONDS</c> (20) is the time of training, and also
/// the total time of solving in both dtypes.
/// </summary>
[Trait("Category", "Stress")]
public sealed class GarbageCollectionStressTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable("HRM_STRESS_SECONDS") ?? "20", CultureInfo.InvariantCulture));

    private static readonly (string Name, Func<SmallTraining> Create)[] Trainings =
    [
        ("attention, average, exploration", () => new SmallTraining()),
        ("attention in bfloat16, clipping, AdamW", () => new SmallTraining(
            TinyModels.Config with { ForwardDtype = ScalarType.BFloat16, PositionEncoding = PositionEncoding.Learned },
            options => (options.MaxGradientNorm, options.Optimizer.Kind) = (0.1, OptimizerKind.AdamW))),
        ("token mixer, Muon, clipping without waiting", () => new SmallTraining(
            TinyModels.TokenMixer,
            options => (options.MaxGradientNorm, options.FiniteCheckInterval, options.Optimizer.Kind) = (0.1, 0, OptimizerKind.Muon))),
        ("token mixer in bfloat16, softmax, micro-batches, replicas", () => new SmallTraining(
            TinyModels.TokenMixer with { ForwardDtype = ScalarType.BFloat16 },
            options => (options.TokenLoss, options.MicroBatchSize, options.Replicas) = (TokenLossKind.Softmax, 1, 2))),
        ("last cycle, one module for both levels, halting only", () => new SmallTraining(
            isTrm: true,
            change: options => options.HaltingLoss = HaltingLossKind.HaltOnly)),
    ];

    [Fact]
    public void Training_gives_the_undisturbed_weights_bit_for_bit()
    {
        var undisturbed = Trainings.Select(training => Train(training.Create)).ToArray();
        var rounds = 0;
        using (new CollectingThread())
        {
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < Duration; rounds++)
            {
                for (var i = 0; i < Trainings.Length; i++)
                {
                    Train(Trainings[i].Create).Should().BeEquivalentTo(undisturbed[i], options => options.WithStrictOrdering(), $"of {Trainings[i].Name}, round {rounds}");
                }
            }
        }

        rounds.Should().BePositive();
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public async Task Solving_from_several_threads_gives_the_undisturbed_answers(ScalarType dtype)
    {
        // At this size libtorch multiplies, and a row's result does not depend on the size of the batch.
        var config = TinyModels.Config with { SequenceLength = 16, HiddenSize = 32, PuzzleEmbeddingWidth = 32, SwiGluInnerWidth = 48, ForwardDtype = dtype };
        using var model = TinyModels.Create(config);
        using var solver = new HrmSolver(model, options: new SolverOptions { MaxSegments = 4, RunningBatches = 2 });
        var random = new Random(2);
        var questions = Enumerable.Range(0, 16)
            .Select(_ => Enumerable.Range(0, config.SequenceLength).Select(_ => random.Next(config.VocabularySize)).ToArray())
            .ToArray();
        var undisturbed = questions.Select(question => solver.Solve(question, 1).Tokens).ToArray();
        using var collecting = new CollectingThread();
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var count = 0;
            for (; watch.Elapsed < Duration / 2; count++)
            {
                var answer = solver.Solve(questions[count % questions.Length], 1);
                Assert.Equal(undisturbed[count % questions.Length], answer.Tokens);
            }

            return count;
        })));
        counts.Should().OnlyContain(count => count > 0);
    }

    private static Dictionary<string, string> Train(Func<SmallTraining> create)
    {
        using var training = create();
        training.StepTo(12);
        return training.State().ToDictionary(entry => entry.Key, entry => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(entry.Value)));
    }

    /// <summary>Collects the youngest generation every millisecond; without a pause no other thread would run.</summary>
    private sealed class CollectingThread : IDisposable
    {
        private readonly ManualResetEventSlim _stop = new();
        private readonly Thread _thread;

        public CollectingThread()
        {
            _thread = new Thread(() =>
            {
                while (!_stop.Wait(1))
                {
                    GC.Collect(0);
                }
            });
            _thread.Start();
        }

        public void Dispose()
        {
            _stop.Set();
            _thread.Join();
            _stop.Dispose();
        }
    }
}
