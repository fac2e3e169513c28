using System.Buffers;
using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Turns a dataset into batches on a device: whole ones, or one process's share of each.</summary>
/// <remarks>
/// Of several processes that train together each makes a loader with the same dataset, batch size and seed, and its own rank. All
/// draw the same batches in the same order, and rank r of W takes the rows r·B/W … (r + 1)·B/W - 1 of each. An augmentation
/// draws from one generator a batch, row after row; a rank draws for the rows before its own too, so what a row holds does not
/// depend on W.
/// </remarks>
public sealed class PuzzleLoader
{
    private readonly IPuzzleDataset _dataset;
    private readonly int _batchSize;
    private readonly Device _device;
    private readonly int _firstRow;
    private readonly int _rows;

    /// <summary>Creates the loader.</summary>
    /// <param name="dataset">The examples.</param>
    /// <param name="batchSize">B, the rows of a batch of all processes together.</param>
    /// <param name="device">Where the tensors go.</param>
    /// <param name="rank">Which of the processes this one is, from 0.</param>
    /// <param name="worldSize">W, the number of processes; the batches have B/W rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range, W does not divide B, or a batch would have more tokens than an array can.</exception>
    public PuzzleLoader(IPuzzleDataset dataset, int batchSize, Device device, int rank = 0, int worldSize = 1)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(worldSize);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, worldSize);
        if (batchSize % worldSize != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(batchSize), batchSize, $"expected a multiple of {worldSize}, the number of processes");
        }

        if ((long)batchSize / worldSize * dataset.SequenceLength > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(nameof(batchSize), batchSize, $"expected fewer rows of {dataset.SequenceLength} tokens");
        }

        _dataset = dataset;
        _batchSize = batchSize;
        _device = device;
        _rows = batchSize / worldSize;
        _firstRow = rank * _rows;
    }

    /// <summary>An endless stream of training batches: iteration after iteration of a <see cref="GroupSampler"/>.</summary>
    /// <param name="epochsPerIteration">The number of epochs in one stream of the sampler.</param>
    /// <param name="seed">The seed of sampling and augmentation.</param>
    /// <param name="augmentation">Changes each example after it was read, or <see langword="null"/>.</param>
    /// <returns>Batches that the caller disposes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An iteration might not fill one batch.</exception>
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
            var batch = iteration == start.Iteration ? start.Batch : 0;
            foreach (var all in sampler.Iterate(iteration, batch))
            {
                var examples = _rows == _batchSize ? all : all.AsSpan(_firstRow, _rows).ToArray();
                var chance = random.Split(batch);
                PassOver(all.AsSpan(0, _firstRow), augmentation, chance);
                yield return new StreamedBatch(Read(examples, augmentation, chance), new SamplerPosition(iteration, batch), examples);
                batch++;
            }
        }
    }

    /// <summary>Every example in order; the last batch is filled with rows of pad tokens whose labels are ignored.</summary>
    /// <remarks>Of several processes each gets as many batches, its rows of each; in the last batch they may all be filling.</remarks>
    /// <returns>Batches that the caller disposes.</returns>
    public IEnumerable<PuzzleBatch> InOrder()
    {
        var puzzle = 0;
        for (var first = 0L; first < _dataset.ExampleCount; first += _batchSize)
        {
            var examples = new List<SampledExample>(_rows);
            var next = (int)Math.Min(first + _firstRow + _rows, _dataset.ExampleCount);
            for (var example = (int)Math.Min(first + _firstRow, next); example < next; example++)
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

    /// <summary>Refuses a dataset that states more puzzle ids than a model has.</summary>
    /// <exception cref="TokenOutOfRangeException">The dataset states more ids.</exception>
    internal static void RequireIds(IPuzzleDataset dataset, HrmConfig config)
    {
        if (dataset.PuzzleIdCount > config.PuzzleIdCount)
        {
            throw new TokenOutOfRangeException(FormattableString.Invariant($"dataset: expected at most {config.PuzzleIdCount} puzzle ids, as the model has, got {dataset.PuzzleIdCount}."));
        }
    }

    /// <summary>Draws what other ranks draw for rows that come before those of this one.</summary>
    private void PassOver(ReadOnlySpan<SampledExample> examples, IExampleAugmentation? augmentation, StatefulRandom random)
    {
        if (augmentation is null || examples.IsEmpty)
        {
            return;
        }

        var (inputs, labels) = (new int[_dataset.SequenceLength], new int[_dataset.SequenceLength]);
        foreach (var example in examples)
        {
            _dataset.Read(example.Example, inputs, labels);
            augmentation.Apply(inputs, labels, random);
        }
    }

    private PuzzleBatch Read(IReadOnlyList<SampledExample> examples, IExampleAugmentation? augmentation, StatefulRandom? random)
    {
        var length = _dataset.SequenceLength;
        var count = _rows * length;
        var (inputsMemory, labelsMemory) = (ArrayPool<int>.Shared.Rent(count), ArrayPool<int>.Shared.Rent(count));
        try
        {
            return Read(examples, augmentation, random, inputsMemory.AsSpan(0, count), labelsMemory.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(inputsMemory);
            ArrayPool<int>.Shared.Return(labelsMemory);
        }
    }

    private PuzzleBatch Read(IReadOnlyList<SampledExample> examples, IExampleAugmentation? augmentation, StatefulRandom? random, Span<int> inputs, Span<int> labels)
    {
        var length = _dataset.SequenceLength;
        var puzzleIds = new int[_rows];
        inputs.Clear();
        labels.Fill(PuzzleBatch.IgnoredLabel);
        for (var row = 0; row < examples.Count; row++)
        {
            var rowInputs = inputs.Slice(row * length, length);
            var rowLabels = labels.Slice(row * length, length);
            _dataset.Read(examples[row].Example, rowInputs, rowLabels);
            augmentation?.Apply(rowInputs, rowLabels, random!);
            puzzleIds[row] = _dataset.PuzzleIds[examples[row].Puzzle];
        }

        return PuzzleBatch.Create(inputs, labels, puzzleIds, length, _device);
    }
}
