namespace Hrm.Core.Tests;

/// <summary>A task whose blanks have token 1, with a check and candidates from functions.</summary>
internal class FillingTask(Func<int[], bool> isSolution) : ISearchableTask
{
    public const int Blank = 1;

    private readonly List<int[]> _checked = [];

    /// <summary>The answers checked so far.</summary>
    public IReadOnlyList<int[]> Checked
    {
        get
        {
            lock (_checked)
            {
                return [.. _checked];
            }
        }
    }

    public int SequenceLength => Questions.Config.SequenceLength;

    public int VocabularySize => Questions.Config.VocabularySize;

    /// <summary>A puzzle of twos whose first tokens are blank.</summary>
    public static int[] Puzzle(int blanks) => [.. Enumerable.Repeat(Blank, blanks), .. Enumerable.Repeat(2, Questions.Config.SequenceLength - blanks)];

    public bool IsBlank(int token) => token == Blank;

    public bool IsSolution(ReadOnlySpan<int> inputs, ReadOnlySpan<int> prediction)
    {
        int[] answer = [.. prediction];
        lock (_checked)
        {
            _checked.Add(answer);
        }

        return isSolution(answer);
    }

    public int[] Parse(string text) => throw new NotSupportedException();

    public string Format(ReadOnlySpan<int> tokens) => throw new NotSupportedException();

    public void Augment(Span<int> inputs, Span<int> labels, Random random) => throw new NotSupportedException();
}

/// <summary>A task that also lists candidates.</summary>
internal sealed class ListingTask(Func<int[], bool> isSolution, Func<int[], int, int[]> candidates) : FillingTask(isSolution), ISearchableTask
{
    public IReadOnlyList<IReadOnlyList<int>> FindCandidates(ReadOnlySpan<int> partial)
    {
        var tokens = partial.ToArray();
        return [.. Enumerable.Range(0, tokens.Length).Select(position => IsBlank(tokens[position]) ? candidates(tokens, position) : [])];
    }
}

/// <summary>A task that lists the candidates of one token only.</summary>
internal sealed class ShortTask() : FillingTask(_ => false), ISearchableTask
{
    public IReadOnlyList<IReadOnlyList<int>> FindCandidates(ReadOnlySpan<int> partial) => [[2, 3]];
}
