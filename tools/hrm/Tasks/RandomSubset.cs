using Hrm.Core;

namespace Hrm.Tool;

/// <summary>Draws some of the puzzles of a stream.</summary>
internal static class RandomSubset
{
    /// <summary>Draws puzzles without replacement, each subset equally likely; all puzzles if there are fewer. Keeps their order.</summary>
    public static IEnumerable<T> Draw<T>(IEnumerable<T> puzzles, int count, StatefulRandom random)
    {
        var drawn = new List<(long Index, T Puzzle)>();
        var index = 0L;
        foreach (var puzzle in puzzles)
        {
            if (drawn.Count < count)
            {
                drawn.Add((index, puzzle));
            }
            else if (random.NextInt64(index + 1) is var slot && slot < count)
            {
                // The puzzle belongs to a sample of the first index + 1 puzzles with probability count / (index + 1).
                drawn[(int)slot] = (index, puzzle);
            }

            index++;
        }

        return drawn.OrderBy(entry => entry.Index).Select(entry => entry.Puzzle);
    }
}
