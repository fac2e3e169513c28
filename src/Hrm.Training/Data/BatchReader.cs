using System.Buffers;

namespace Hrm.Training;

/// <summary>Reads examples of a dataset into batches on a device.</summary>
/// <exception cref="ArgumentOutOfRangeException">A batch would have more tokens than an array can hold.</exception>
internal sealed class BatchReader(IPuzzleDataset dataset, int rows, Device device)
{
    private readonly int _tokens = (long)rows * dataset.SequenceLength <= Array.MaxLength
        ? rows * dataset.SequenceLength
        : throw new ArgumentOutOfRangeException(nameof(rows), rows, $"expected fewer rows of {dataset.SequenceLength} tokens");

    /// <summary>
    /// Every example in order, with the number of examples per batch. The last batch is filled with rows of pad tokens whose labels
    /// are ignored. The enumerator disposes a batch when the next one is taken.
    /// </summary>
    public IEnumerable<(PuzzleBatch Batch, int Count)> InOrder()
    {
        var puzzle = 0;
        for (var example = 0; example < dataset.ExampleCount;)
        {
            var examples = new SampledExample[Math.Min(rows, dataset.ExampleCount - example)];
            for (var row = 0; row < examples.Length; row++, example++)
            {
                while (dataset.PuzzleOffsets[puzzle + 1] <= example)
                {
                    puzzle++;
                }

                examples[row] = new SampledExample(example, puzzle);
            }

            using var batch = Read(examples);
            yield return (batch, examples.Length);
        }
    }

    /// <summary>Reads a batch, which the caller owns.</summary>
    /// <param name="examples">The examples of all processes.</param>
    /// <param name="firstRow">The index of this process's first example. Augmentation also draws for the examples before it.</param>
    /// <param name="augmentation">Changes each example after reading; <see langword="null"/> for none.</param>
    /// <param name="random">The random source of the augmentation.</param>
    public PuzzleBatch Read(ReadOnlySpan<SampledExample> examples, int firstRow = 0, IExampleAugmentation? augmentation = null, Random? random = null)
    {
        var (inputs, labels) = (ArrayPool<int>.Shared.Rent(_tokens), ArrayPool<int>.Shared.Rent(_tokens));
        try
        {
            inputs.AsSpan(0, _tokens).Clear();
            labels.AsSpan(0, _tokens).Fill(PuzzleBatch.IgnoredLabel);
            var puzzleIds = new int[rows];
            for (var i = augmentation is null ? firstRow : 0; i < Math.Min(firstRow + rows, examples.Length); i++)
            {
                // Rows of earlier ranks are written to row 0, and then overwritten by the first own row.
                var row = Math.Max(i - firstRow, 0);
                var rowInputs = inputs.AsSpan(row * dataset.SequenceLength, dataset.SequenceLength);
                var rowLabels = labels.AsSpan(row * dataset.SequenceLength, dataset.SequenceLength);
                dataset.Read(examples[i].Example, rowInputs, rowLabels);
                augmentation?.Augment(rowInputs, rowLabels, random!);
                puzzleIds[row] = dataset.PuzzleIds[examples[i].Puzzle];
            }

            return PuzzleBatch.Create(inputs.AsSpan(0, _tokens), labels.AsSpan(0, _tokens), puzzleIds, dataset.SequenceLength, device);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(inputs);
            ArrayPool<int>.Shared.Return(labels);
        }
    }

    /// <summary>Rejects a dataset that states more puzzle ids than a model has.</summary>
    /// <exception cref="ShapeMismatchException">The dataset states more ids.</exception>
    public static void RequireIds(IPuzzleDataset dataset, HrmConfig config)
    {
        if (dataset.PuzzleIdCount > config.PuzzleIdCount)
        {
            throw new ShapeMismatchException(nameof(dataset), $"at most {config.PuzzleIdCount} puzzle ids, as the model has", $"{dataset.PuzzleIdCount}");
        }
    }
}
