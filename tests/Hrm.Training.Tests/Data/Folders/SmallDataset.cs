using System.Globalization;
using Hrm.Core;

namespace Hrm.Training.Tests;

/// <summary>Writes a small dataset, and damages it.</summary>
internal static class SmallDataset
{
    public const int VocabularySize = 12;
    public const int SequenceLength = 4;

    public static readonly string[] Identifiers = ["<blank>", "one", "two", "three"];

    public static PuzzleDatasetOptions Options => new() { VocabularySize = VocabularySize, SequenceLength = SequenceLength };

    /// <summary>Three groups, four puzzles, six examples; example e has the inputs e, and the label e + 1 with one ignored.</summary>
    public static PuzzleGroup[] Groups =>
    [
        new([[Example(0, 1), Example(1, 1)], [Example(2, 2)]]),
        new([[Example(3, 3), Example(4, 3)]]),
        new([[Example(5, 0)]]),
    ];

    public static PuzzleExample Example(int number, int id)
        => new([number, number, number, number], [number + 1, PuzzleBatch.IgnoredLabel, number + 1, number + 1], id);

    public static void Write(string root, params string[] splits)
        => PuzzleDatasetFolder.Write(root, Identifiers, splits.Select(name => new PuzzleSplit(name, Groups)), Options);

    /// <summary>The groups of a dataset, read back from it.</summary>
    public static IEnumerable<PuzzleGroup> GroupsOf(IPuzzleDataset dataset)
    {
        for (var group = 0; group < dataset.GroupOffsets.Count - 1; group++)
        {
            var puzzles = new List<IReadOnlyList<PuzzleExample>>();
            for (var puzzle = dataset.GroupOffsets[group]; puzzle < dataset.GroupOffsets[group + 1]; puzzle++)
            {
                puzzles.Add([.. Enumerable.Range(dataset.PuzzleOffsets[puzzle], dataset.PuzzleOffsets[puzzle + 1] - dataset.PuzzleOffsets[puzzle]).Select(Read)]);

                PuzzleExample Read(int example)
                {
                    var read = new PuzzleExample(new int[dataset.SequenceLength], new int[dataset.SequenceLength], dataset.PuzzleIds[puzzle]);
                    dataset.Read(example, read.Inputs, read.Labels);
                    return read;
                }
            }

            yield return new PuzzleGroup(puzzles);
        }
    }

    /// <summary>Writes an array of a set of one axis, int32.</summary>
    public static void WriteIndices(string path, params int[] values)
        => File.WriteAllBytes(path, [.. NpyHeader.Write(NpyDtype.Int32, values.Length), .. values.SelectMany(BitConverter.GetBytes)]);

    /// <summary>Changes a byte of the data of an array.</summary>
    public static void SetByte(string path, int index, byte value)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[128 + index] = value;
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>Replaces text that a file must contain.</summary>
    public static void Replace(string path, string old, string by)
    {
        var text = File.ReadAllText(path);
        text.Should().Contain(old);
        File.WriteAllText(path, text.Replace(old, by, false, CultureInfo.InvariantCulture));
    }
}
