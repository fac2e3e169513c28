namespace Hrm.Puzzles;

/// <summary>Draws from a stream of unknown length, with memory for the draw alone.</summary>
internal static class Reservoir
{
    /// <summary>Draws without replacement, every set equally likely.</summary>
    /// <param name="items">The stream.</param>
    /// <param name="count">How many to draw, at least 1; all where there are no more.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <returns>The items drawn, in the order of the stream.</returns>
    public static IEnumerable<T> Sample<T>(IEnumerable<T> items, int count, Random random)
    {
        var drawn = new List<(long Place, T Item)>();
        var place = 0L;
        foreach (var item in items)
        {
            if (drawn.Count < count)
            {
                drawn.Add((place, item));
            }
            else if (random.NextInt64(place + 1) is var slot && slot < count)
            {
                // The item belongs to a draw of the first place + 1 with probability count / (place + 1).
                drawn[(int)slot] = (place, item);
            }

            place++;
        }

        return drawn.OrderBy(entry => entry.Place).Select(entry => entry.Item);
    }
}
