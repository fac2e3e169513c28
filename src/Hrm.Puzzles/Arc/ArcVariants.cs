using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Hrm.Puzzles;

/// <summary>Task of a dataset with its augmentations and their ids.</summary>
/// <param name="task">The task.</param>
/// <param name="isEvaluation">Whether its test pairs belong to the test split.</param>
/// <param name="options">The number of augmentations besides the identity, the translations and the canvas.</param>
/// <param name="firstId">The id of the first variant; those of the others follow.</param>
/// <param name="random">The random source of augmentations and translations; only its seed is used.</param>
internal sealed class ArcVariants(ArcTask task, bool isEvaluation, ArcDatasetOptions options, int firstId, StatefulRandom random)
{
    private const int TriesPerAugmentation = 5;

    private readonly IReadOnlyList<ArcPair> _trainPairs = isEvaluation ? task.Train : [.. task.Train, .. task.Test];

    public ArcTask Task => task;

    public bool IsEvaluation => isEvaluation;

    /// <summary>The augmentations of the variants, the identity first.</summary>
    public IReadOnlyList<ArcAugmentation> Augmentations { get; } = Draw([.. task.Train, .. task.Test], options.Augmentations, random.Split(1));

    public IEnumerable<string> Identifiers => Augmentations.Select(augmentation => new ArcPuzzleId(task.Name, augmentation).ToString());

    public PuzzleGroup ToTrainGroup()
    {
        // A new stream of the seed: the group is the same each time it is created.
        var draws = random.Split(0);
        return ToGroup((augmentation, id) =>
        {
            var atOrigin = draws.Next(_trainPairs.Count);
            return [.. _trainPairs.Select((pair, index) => ToExample(augmentation.Apply(pair), id, options.Translations && index != atOrigin ? draws : null))];
        });
    }

    public PuzzleGroup ToTestGroup() => ToGroup((augmentation, id) => [.. task.Test.Select(pair => ToExample(augmentation.Apply(pair), id, null))]);

    /// <summary>Encodes a pair at a random position at which both grids fit; without a random source at the origin.</summary>
    private PuzzleExample ToExample(ArcPair pair, int id, Random? random)
    {
        var row = random?.Next(options.Canvas - Math.Max(pair.Input.Rows, pair.Output?.Rows ?? 0) + 1) ?? 0;
        var column = random?.Next(options.Canvas - Math.Max(pair.Input.Columns, pair.Output?.Columns ?? 0) + 1) ?? 0;
        return ArcEncoding.ToExample(pair, id, row, column, options.Canvas);
    }

    private PuzzleGroup ToGroup(Func<ArcAugmentation, int, IReadOnlyList<PuzzleExample>> toPuzzle) =>
        new([.. Augmentations.Select((augmentation, index) => toPuzzle(augmentation, firstId + index))]);

    /// <summary>Draws augmentations that all give different tasks, fewer if the tries are used up.</summary>
    private static List<ArcAugmentation> Draw(ArcPair[] pairs, int count, StatefulRandom random)
    {
        var augmentations = new List<ArcAugmentation>(count + 1) { ArcAugmentation.Identity };
        var keys = new HashSet<UInt128> { KeyOf(pairs, ArcAugmentation.Identity) };
        for (var left = TriesPerAugmentation * count; left > 0 && augmentations.Count <= count; left--)
        {
            var augmentation = ArcAugmentation.Random(random);
            if (keys.Add(KeyOf(pairs, augmentation)))
            {
                augmentations.Add(augmentation);
            }
        }

        return augmentations;
    }

    /// <summary>128 bits of a hash of the augmented pairs, the same for any order of the pairs.</summary>
    private static UInt128 KeyOf(ArcPair[] pairs, ArcAugmentation augmentation)
    {
        Span<byte> bytes = stackalloc byte[2 * (2 + (ArcGrid.MaximumSide * ArcGrid.MaximumSide))];
        var keys = new UInt128[pairs.Length];
        for (var pair = 0; pair < keys.Length; pair++)
        {
            var length = Write(pairs[pair].Input, augmentation, bytes);
            length += Write(pairs[pair].Output, augmentation, bytes[length..]);
            keys[pair] = Hash(bytes[..length]);
        }

        Array.Sort(keys);
        return Hash(MemoryMarshal.AsBytes<UInt128>(keys));
    }

    private static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    /// <summary>Writes the sides and cells, so that different pairs of grids have different bytes; 0 for an unknown grid.</summary>
    private static int Write(ArcGrid? grid, ArcAugmentation augmentation, Span<byte> bytes)
    {
        if (grid is null)
        {
            bytes[0] = 0;
            return 1;
        }

        var (rows, columns) = augmentation.Transform.SwapsAxes ? (grid.Columns, grid.Rows) : (grid.Rows, grid.Columns);
        (bytes[0], bytes[1]) = ((byte)rows, (byte)columns);
        augmentation.Apply(grid, bytes.Slice(2, grid.Cells.Length));
        return 2 + grid.Cells.Length;
    }
}
