using Hrm;
using Hrm.Core;

// <own-task>
/// <summary>Sorts digits: "539031" has the answer "013359". Token n + 1 is the digit n; token 0 is padding.</summary>
internal sealed class SortingTask(int length) : IPuzzleTask
{
    public int SequenceLength => length;

    public int VocabularySize => 11;

    public int[] Parse(string text) => text.Length == length && text.All(char.IsAsciiDigit)
        ? [.. text.Select(digit => digit - '0' + 1)]
        : throw new HrmFormatException($"expected {length} digits, got '{text}'");

    public string Format(ReadOnlySpan<int> tokens)
        => string.Concat(tokens.ToArray().Select(token => token == 0 ? '?' : (char)('0' + token - 1)));

    /// <summary>The order of the question does not change the answer.</summary>
    public void Augment(Span<int> inputs, Span<int> labels, Random random) => random.Shuffle(inputs);

    public bool IsSolution(ReadOnlySpan<int> inputs, ReadOnlySpan<int> prediction)
        => inputs.ToArray().Order().SequenceEqual(prediction.ToArray());
}
// </own-task>
