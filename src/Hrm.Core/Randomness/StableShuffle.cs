namespace Hrm.Core;

/// <summary>The shuffle of .NET 8 to 10, for ever: <see cref="Random.Shuffle{T}(Span{T})"/> may draw otherwise in a later version, and a seed should not change its meaning.</summary>
internal static class StableShuffle
{
    /// <summary>Puts values in random order, each order with the same probability.</summary>
    public static void ShuffleStably<T>(this Random random, Span<T> values)
    {
        for (var i = 0; i < values.Length - 1; i++)
        {
            var other = random.Next(i, values.Length);
            (values[i], values[other]) = (values[other], values[i]);
        }
    }
}
