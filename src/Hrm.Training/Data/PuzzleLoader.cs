using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Turns a dataset into batches on a device.</summary>
public sealed class PuzzleLoader
{
    private readonly IPuzzleDataset _dataset;
    private readonly int _batchSize;
    private readonly Device _device;

    /// <summary>Creates the loader.</summary>
    /// <param name="dataset">The examples.</param>
    /// <param name="batchSize">B.</param>
    /// <param name="device">Where the tensors go.</param>
    public PuzzleLoader(IPuzzleDataset dataset, int batchSize, Device device)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        _dataset = dataset;
        _batchSize = batchSize;
        _device = device;
    }

    /// <summary>An endless stream of training batches: iteration after iteration of a <see cref="GroupSampler"/>.</summary>
    /// <param name="epochsPerIteration">The number of epochs in one stream of the sampler.</param>
    /// <param name="seed">The seed of sampling and augmentation.</param>
    /// <param name="augmentation">Changes each example after it was read, or <see langword="null"/>.</param>
    /// <returns>Batches that the caller disposes.</returns>
    public IEnumerable<PuzzleBatch> TrainingBatches(int epochsPerIteration, long seed, IExampleAugmentation? augmentation = null)
        => From(default, new GroupSampler(_dataset, _batchSize, epochsPerIteration, seed), seed, augmentation).Select(loaded => loaded.Batch);

    /// <summary>
    /// The endless stream from a place on. Chance is drawn by the place of a batch, so those before it need not be made.
    /// </summary>
    internal IEnumerable<StreamedBatch> From(SamplerPosition start, GroupSampler sampler, long seed, IExampleAugmentation? augmentation)
    {
        var augmentationSeed = new StatefulRandom(seed).Split(-1);
        for (var iteration = start.Iteration; ; iteration++)
        {
            var random = augmentationSeed.Split(iteration);
            var batch = 0L;
            foreach (var examples in sampler.Iterate(iteration))
            {
                if (iteration > start.Iteration || batch >= start.Batch)
                {
                    yield return new StreamedBatch(Read(examples, augmentation, random.Split(batch)), new SamplerPosition(iteration, batch), examples);
                }

                batch++;
            }
        }
    }

    /// <summary>Every example in order; the last batch is filled with rows of pad tokens whose labels are ignored.</summary>
    /// <returns>Batches that the caller disposes.</returns>
    public IEnumerable<PuzzleBatch> InOrder()
    {
        var puzzle = 0;
        for (var first = 0; first < _dataset.ExampleCount; first += _batchSize)
        {
            var examples = new List<SampledExample>(_batchSize);
            for (var example = first; example < Math.Min(first + _batchSize, _dataset.ExampleCount); example++)
            {
                while (_dataset.PuzzleOffsets[puzzle + 1] <= example)
                {
                    puzzle++;
                }

                examples.Add(new SampledExample(example, puzzle));
            }

            yield return Read(examples, null, null);
        }
    }

    private PuzzleBatch Read(IReadOnlyList<SampledExample> examples, IExampleAugmentation? augmentation, Random? random)
    {
        var length = _dataset.SequenceLength;
        var inputs = new int[_batchSize * length];
        var labels = new int[_batchSize * length];
        var puzzleIds = new int[_batchSize];
        Array.Fill(labels, PuzzleBatch.IgnoredLabel);
        for (var row = 0; row < examples.Count; row++)
        {
            var rowInputs = inputs.AsSpan(row * length, length);
            var rowLabels = labels.AsSpan(row * length, length);
            _dataset.Read(examples[row].Example, rowInputs, rowLabels);
            augmentation?.Apply(rowInputs, rowLabels, random!);
            puzzleIds[row] = _dataset.PuzzleIds[examples[row].Puzzle];
        }

        return PuzzleBatch.Create(inputs, labels, puzzleIds, length, _device);
    }
}
