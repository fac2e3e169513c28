using Hrm.Core;

namespace Hrm.PublicApi.Tests.Documents;

// <own-task>
/// <summary>Sorts numbers from 0 to below the limit. Token n + 1 is the number n; token 0 is padding.</summary>
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
// </own-task>
