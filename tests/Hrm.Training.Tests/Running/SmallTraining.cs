using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>A small training: model, trainer and stream, with exploration, prefetching and noise on the examples.</summary>
internal sealed class SmallTraining : IDisposable
{
    private readonly Generator _generator = new(5);

    private readonly CancellationTokenSource _cancellation = new();

    public SmallTraining(HrmConfig? config = null, Action<TrainerOptions>? change = null, int? cancelAfter = null, bool isEasy = false, bool isTrm = false, bool prefetches = true, Func<HrmModel, TrainerOptions, ParameterOptimizer>? optimizer = null)
    {
        var options = new TrainerOptions
        {
            GlobalBatchSize = TinyModels.Rows,
            TotalSteps = 24,
            WarmupSteps = 2,
            LearningRate = 1e-2,
            MinLearningRateRatio = 0.1,
            PuzzleLearningRate = 1e-2,
            GradientMode = isTrm ? GradientMode.LastCycle : null,
            EmaDecay = 0.9,
            Halting = new HaltingOptions { MaxSegments = 3, ExplorationProbability = 0.5 },
        };
        change?.Invoke(options);
        Model = isTrm ? SharedLevels() : TinyModels.Create(config);
        Trainer = optimizer is null
            ? new HrmTrainer(Model, options, _generator)
            : new HrmTrainer(Model, options, _generator) { Optimizer = optimizer(Model, options) };
        Stream = new TrainingStream(
            Dataset(isEasy: isEasy),
            TinyModels.Rows,
            new TrainingStreamOptions { EpochsPerIteration = 2, Seed = 3, PrefetchBatches = prefetches && cancelAfter is null ? 2 : 0 },
            augmentation: new ShiftsTokens(cancelAfter * TinyModels.Rows, _cancellation));
    }

    public HrmModel Model { get; }

    public HrmTrainer Trainer { get; }

    public TrainingStream Stream { get; }

    /// <summary>Cancelled while the batch of the last step is created.</summary>
    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>Every tensor of model and trainer, by name, as bytes.</summary>
    public Dictionary<string, byte[]> State()
    {
        using var scope = NewDisposeScope();
        var tensors = TrainerTensors.Of(Trainer);
        foreach (var (name, value) in Model.state_dict())
        {
            tensors.Add($"model.{name}", value);
        }

        return tensors.ToDictionary(entry => entry.Key, entry => entry.Value.detach().contiguous().bytes.ToArray());
    }

    /// <summary>Trains until the trainer has taken this number of steps.</summary>
    public void StepTo(long count)
    {
        while (Trainer.StepCount < count)
        {
            Trainer.Step(Stream.Next());
        }
    }

    public void Dispose()
    {
        Stream.Dispose();
        _cancellation.Dispose();
        Trainer.Dispose();
        Model.Dispose();
        _generator.Dispose();
    }

    /// <summary>One module for both levels, as in the tiny recursive model.</summary>
    private static HrmModel SharedLevels()
    {
        using var generator = new Generator(1);
        var both = ReasoningModule.Create(TinyModels.Config, 1, null, generator);
        return new HrmModel(TinyModels.Config, both, both, generator);
    }

    /// <summary>Random puzzles; the labels of the easy ones are their inputs.</summary>
    public static InMemoryPuzzleDataset Dataset(int examples = 18, bool isEasy = false)
    {
        var random = new Random(1);
        return new InMemoryPuzzleDataset(
            Enumerable.Range(0, examples)
                .Select(index => (Inputs: Tokens(), PuzzleId: index % TinyModels.Config.PuzzleIdCount))
                .Select(example => new PuzzleExample(example.Inputs, isEasy ? example.Inputs : Tokens(), example.PuzzleId)),
            TinyModels.Config.VocabularySize,
            TinyModels.Config.PuzzleIdCount);

        int[] Tokens() => [.. Enumerable.Range(0, TinyModels.Config.SequenceLength).Select(_ => random.Next(TinyModels.Config.VocabularySize))];
    }

    /// <summary>Relabels an example, so that a test notices other random numbers in a resumed stream.</summary>
    private sealed class ShiftsTokens(int? lastExample, CancellationTokenSource cancellation) : IExampleAugmentation
    {
        private int _examples;

        public void Augment(Span<int> inputs, Span<int> labels, Random random)
        {
            if (++_examples == lastExample)
            {
                cancellation.Cancel();
            }

            var shift = random.Next(TinyModels.Config.VocabularySize);
            for (var i = 0; i < inputs.Length; i++)
            {
                inputs[i] = (inputs[i] + shift) % TinyModels.Config.VocabularySize;
                labels[i] = (labels[i] + shift) % TinyModels.Config.VocabularySize;
            }
        }
    }
}
