using System.Runtime.InteropServices;
using System.Text;
using Hrm.Core;

namespace Hrm.Puzzles.Tests;

/// <summary>Recorded .npy files of integers, and the splits of which they are a part.</summary>
internal static class RecordedArray
{
    private const int PreambleBytes = 10;

    public static int[] Read(params string[] path)
    {
        var bytes = File.ReadAllBytes(Path.Combine(path));
        var headerBytes = BitConverter.ToUInt16(bytes, PreambleBytes - 2);
        var data = bytes.AsSpan(PreambleBytes + headerBytes);
        var header = Encoding.ASCII.GetString(bytes, PreambleBytes, headerBytes);
        return header.Split('\'')[3] switch
        {
            "|u1" => Array.ConvertAll(data.ToArray(), value => (int)value),
            "<i4" => MemoryMarshal.Cast<byte, int>(data).ToArray(),
            "<i8" => Array.ConvertAll(MemoryMarshal.Cast<byte, long>(data).ToArray(), value => checked((int)value)),
            var type => throw new InvalidDataException($"{path[^1]}: expected |u1, <i4 or <i8, got {type}"),
        };
    }

    /// <summary>Requires the recorded groups, puzzles and puzzle ids of a split, in the format of the authors' builder.</summary>
    public static void ShouldHaveTheStructureOf(this IReadOnlyList<PuzzleGroup> groups, string split)
    {
        var puzzles = groups.SelectMany(group => group.Puzzles).ToArray();
        Offsets(groups.Select(group => group.Puzzles.Count)).Should().Equal(Read(split, "all__group_indices.npy"));
        Offsets(puzzles.Select(puzzle => puzzle.Count)).Should().Equal(Read(split, "all__puzzle_indices.npy"));
        puzzles.Select(puzzle => puzzle[0].PuzzleId).Should().Equal(Read(split, "all__puzzle_identifiers.npy"));
    }

    /// <summary>Requires the recorded tokens and structure of a split.</summary>
    public static void ShouldEqual(this IReadOnlyList<PuzzleGroup> groups, string split)
    {
        var examples = groups.SelectMany(group => group.Puzzles).SelectMany(puzzle => puzzle).ToArray();
        examples.SelectMany(example => example.Inputs).Should().Equal(Read(split, "all__inputs.npy"));
        examples.SelectMany(example => example.Labels).Should().Equal(Read(split, "all__labels.npy"));
        groups.ShouldHaveTheStructureOf(split);
    }

    /// <summary>The index of the first element of each group, and the number of all elements.</summary>
    private static IEnumerable<int> Offsets(IEnumerable<int> counts)
    {
        var offset = 0;
        return [0, .. counts.Select(count => offset += count)];
    }
}
