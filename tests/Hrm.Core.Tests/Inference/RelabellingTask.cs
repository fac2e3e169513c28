namespace Hrm.Core.Tests;

/// <summary>A task whose symmetries relabel its tokens, with a check from a function.</summary>
internal sealed class RelabellingTask(Func<int[], bool>? isSolution = null, int? length = null) : ISymmetricTask
{
    public int SequenceLength => length ?? Questions.Config.SequenceLength;

    public int VocabularySize => Questions.Config.VocabularySize;

    /// <summary>The symmetries drawn so far.</summary>
    public List<IPuzzleSymmetry> Drawn { get; } = [];

    public IPuzzleSymmetry DrawSymmetry(Random random)
    {
        int[] labels = [.. Enumerable.Range(0, VocabularySize)];
        random.Shuffle(labels);
        Drawn.Add(new Relabelling(labels));
        return Drawn[^1];
    }

    public bool IsSolution(ReadOnlySpan<int> inputs, ReadOnlySpan<int> prediction) => isSolution!(prediction.ToArray());

    public int[] Parse(string text) => throw new NotSupportedException();

    public string Format(ReadOnlySpan<int> tokens) => throw new NotSupportedException();

    public void Augment(Span<int> inputs, Span<int> labels, Random random) => throw new NotSupportedException();

    private sealed class Relabelling(int[] labels) : IPuzzleSymmetry
    {
        public int[] Apply(ReadOnlySpan<int> tokens) => [.. tokens.ToArray().Select(token => labels[token])];

        public int[] Undo(ReadOnlySpan<int> answer) => [.. answer.ToArray().Select(token => Array.IndexOf(labels, token))];
    }
}
