namespace Hrm.Training;

/// <summary>Examples that are generated when they are read: a training set without end. Each is its own puzzle and group, with the id 0.</summary>
/// <remarks>An example depends only on the seed and its index, so a resumed training reads the same examples. Not safe for concurrent use.</remarks>
/// <param name="exampleCount">The number of examples, at least 1; each takes 8 bytes.</param>
/// <param name="task">The task of the examples.</param>
/// <param name="generate">Generates an example of the task; depends only on its random source.</param>
/// <param name="seed">The seed of all examples.</param>
/// <exception cref="ArgumentOutOfRangeException">The number of examples is not positive.</exception>
public sealed class GeneratedPuzzleDataset(int exampleCount, IPuzzleTask task, Func<StatefulRandom, PuzzleExample> generate, long seed) : IPuzzleDataset
{
    private readonly Func<StatefulRandom, PuzzleExample> _generate = generate ?? throw new ArgumentNullException(nameof(generate));
    private readonly StatefulRandom _seeds = new(seed);

    /// <inheritdoc/>
    public int SequenceLength { get; } = (task ?? throw new ArgumentNullException(nameof(task))).SequenceLength;

    /// <inheritdoc/>
    public int VocabularySize { get; } = task.VocabularySize;

    /// <inheritdoc/>
    public int PuzzleIdCount => 1;

    /// <inheritdoc/>
    public int ExampleCount => PuzzleIds.Count;

    /// <inheritdoc/>
    public IReadOnlyList<int> PuzzleOffsets => GroupOffsets;

    /// <inheritdoc/>
    public IReadOnlyList<int> GroupOffsets { get; } = [.. Enumerable.Range(0, exampleCount + 1)];

    /// <inheritdoc/>
    public IReadOnlyList<int> PuzzleIds { get; } = exampleCount > 0
        ? new int[exampleCount]
        : throw new ArgumentOutOfRangeException(nameof(exampleCount), exampleCount, "expected at least 1");

    /// <inheritdoc/>
    /// <exception cref="ShapeMismatchException">The generated example has another length than the task.</exception>
    public void Read(int example, Span<int> inputs, Span<int> labels)
    {
        var generated = _generate(_seeds.Split(example));
        if (generated.Inputs.Length != SequenceLength || generated.Labels.Length != SequenceLength)
        {
            throw new ShapeMismatchException($"generated example {example}", $"{SequenceLength} inputs and labels", $"{generated.Inputs.Length} inputs and {generated.Labels.Length} labels");
        }

        generated.Inputs.CopyTo(inputs);
        generated.Labels.CopyTo(labels);
    }
}
