namespace Hrm.Training;

/// <summary>A part of a tensor that one thread works on at a time.</summary>
/// <param name="Tensor">The index of the tensor.</param>
/// <param name="Offset">Where the part begins.</param>
/// <param name="Length">The number of its values.</param>
internal readonly record struct Chunk(int Tensor, long Offset, int Length)
{
    /// <summary>64 KB of each array: with four arrays a chunk lies in the second-level cache.</summary>
    public const int Longest = 1 << 14;

    /// <summary>Cuts tensors, of the given lengths, always at the same places.</summary>
    public static Chunk[] Cut(IReadOnlyList<long> lengths)
    {
        var chunks = new List<Chunk>();
        for (var tensor = 0; tensor < lengths.Count; tensor++)
        {
            for (long offset = 0; offset < lengths[tensor]; offset += Longest)
            {
                chunks.Add(new Chunk(tensor, offset, (int)Math.Min(Longest, lengths[tensor] - offset)));
            }
        }

        return [.. chunks];
    }
}
