using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>Permutations of rows, columns and digits, as arrays: position i of the result is taken from entry i.</summary>
internal static class SudokuPermutation
{
    public static byte[] Identity(int length)
    {
        var identity = new byte[length];
        for (var i = 0; i < length; i++)
        {
            identity[i] = (byte)i;
        }

        return identity;
    }

    public static byte[] Inverse(byte[] permutation)
    {
        var inverse = new byte[permutation.Length];
        for (var i = 0; i < permutation.Length; i++)
        {
            inverse[permutation[i]] = (byte)i;
        }

        return inverse;
    }

    /// <summary>Entry i is <c>outer[inner[i]]</c>.</summary>
    public static byte[] Compose(byte[] outer, byte[] inner)
    {
        var composed = new byte[inner.Length];
        for (var i = 0; i < inner.Length; i++)
        {
            composed[i] = outer[inner[i]];
        }

        return composed;
    }

    /// <summary>A random order of blocks and of the entries in each; all of them equally likely.</summary>
    public static byte[] RandomBlocks(int length, int blockLength, Random random)
    {
        Span<byte> blocks = stackalloc byte[length / blockLength];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = (byte)(i * blockLength);
        }

        random.ShuffleStably(blocks);
        var permutation = new byte[length];
        for (var i = 0; i < length; i++)
        {
            permutation[i] = (byte)(blocks[i / blockLength] + (i % blockLength));
        }

        for (var start = 0; start < length; start += blockLength)
        {
            random.ShuffleStably(permutation.AsSpan(start, blockLength));
        }

        return permutation;
    }

    /// <summary>Whether each of 0 to length - 1 occurs once, and each block of the result comes from one block.</summary>
    public static bool KeepsBlocks(ReadOnlySpan<byte> permutation, int blockLength, int length)
    {
        if (permutation.Length != length)
        {
            return false;
        }

        var seen = 0u;
        for (var i = 0; i < length; i++)
        {
            if (permutation[i] >= length || permutation[i] / blockLength != permutation[i / blockLength * blockLength] / blockLength)
            {
                return false;
            }

            seen |= 1u << permutation[i];
        }

        return seen == (1u << length) - 1;
    }

    /// <summary>Every order of blocks and of the entries in each.</summary>
    public static IEnumerable<byte[]> AllBlocks(int length, int blockLength)
    {
        var blocks = length / blockLength;
        var inBlock = Orders(blockLength).ToArray();
        foreach (var order in Orders(blocks))
        {
            IEnumerable<byte[]> partial = [[]];
            foreach (var block in order)
            {
                partial = partial.SelectMany(head => inBlock.Select(tail =>
                    (byte[])[.. head, .. tail.Select(entry => (byte)((block * blockLength) + entry))]));
            }

            foreach (var permutation in partial)
            {
                yield return permutation;
            }
        }
    }

    private static IEnumerable<byte[]> Orders(int length)
    {
        if (length == 0)
        {
            return [[]];
        }

        return Orders(length - 1).SelectMany(shorter => Enumerable.Range(0, length).Select(at =>
            (byte[])[.. shorter.AsSpan(0, at), (byte)(length - 1), .. shorter.AsSpan(at)]));
    }
}
