namespace Hrm.Puzzles;

/// <summary>Random sample of a stream of unknown length, in memory for the sample only.</summary>
internal static class Reservoir
{
    /// <summary>Draws without replacement, each subset equally likely.</summary>
    /// <param name="items">The stream.</param>
    /// <param name="count">The size of the sample, at least 1; all items if there are fewer.</param>
    /// <param name="random">The random source.</param>
    /// <returns>The sample in the order of the stream.</returns>
    public static IEnumerable<T> Sample<T>(IEnumerable<T> items, int count, Random random)
    {
        var drawn = new List<(long Index, T Item)>();
        var index = 0L;
        foreach (var item in items)
        {
            if (drawn.Count < count)
            {
                drawn.Add((index, item));
            }
            else if (random.NextInt64(index + 1) is var slot && slot < count)
            {
                // The item belongs to a sample of the first index + 1 items with probability count / (index + 1).
                drawn[(int)slot] = (index, item);
            }

            index++;
        }

        return drawn.OrderBy(entry => entry.Index).Select(entry => entry.Item);
    }
}
