using Hrm.Core;

namespace Hrm.PublicApi.Tests;

/// <summary>A task of a user's own, whole: sort numbers. Token n + 1 is the number n.</summary>
internal sealed class SortingTask(int length, int limit) : IPuzzleTask<int[], int[]>
{
    public int SequenceLength => length;

    public int VocabularySize => limit + 1;

    public int[] Encode(int[] question) => [.. question.Select(number => number + 1)];

    public int[] EncodeAnswer(int[] answer) => Encode(answer);

    public int[] Decode(ReadOnlySpan<int> prediction) => [.. prediction.ToArray().Select(token => token - 1)];

    /// <summary>The order of what is asked does not change the answer.</summary>
    public void Apply(Span<int> inputs, Span<int> labels, Random random) => random.Shuffle(inputs);

    public bool IsSolution(ReadOnlySpan<int> inputs, ReadOnlySpan<int> prediction)
        => inputs.ToArray().Order().SequenceEqual(prediction.ToArray());
}
