using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Builds datasets of ARC tasks as the paper's authors do: each task with its augmentations, all of them different, and a puzzle id
/// per variant. Everything is determined by the seed.
/// </summary>
/// <example><code>
/// var sets = ArcTaskFile.ReadSets("arc_agi_1/data").Concat(ArcTaskFile.ReadSets("concept_arc/corpus"));
/// var dataset = new ArcDatasetBuilder(new() { Augmentations = 1000, Seed = 42 }).Build(sets);
/// </code></example>
public sealed class ArcDatasetBuilder
{
    private const int TriesPerAugmentation = 5;

    private readonly int _augmentations;
    private readonly bool _translations;
    private readonly StatefulRandom _orders;
    private readonly StatefulRandom _draws;

    /// <summary>Creates a builder.</summary>
    /// <param name="options">The augmentations; read once. Default: those of the paper.</param>
    /// <exception cref="InvalidConfigException">Options out of their ranges; lists every one.</exception>
    public ArcDatasetBuilder(ArcDatasetOptions? options = null)
    {
        options ??= new ArcDatasetOptions();
        InvalidConfigException.ThrowIfInvalid("ARC dataset options", options);
        _augmentations = options.Augmentations;
        _translations = options.Translations;
        var random = new StatefulRandom(options.Seed);
        _orders = random.Split(0);
        _draws = random.Split(1);
    }

    /// <summary>
    /// Draws the augmentations of every task. The ids follow the order of the sets, and a random order of the tasks within a set.
    /// </summary>
    /// <param name="sets">The sets; a name must not occur twice in all of them.</param>
    /// <param name="cancellationToken">Stops the search for augmentations, which takes some seconds for the paper's 960 tasks.</param>
    /// <exception cref="PuzzleFormatException">A repeated name, or a task for training with an unknown output; names the task.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ArcDataset Build(IEnumerable<ArcTaskSet> sets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sets);
        var listed = sets.ToArray();
        RequireTasks(listed);
        var planned = new List<ArcVariants>();
        var nextId = 1;
        var setStart = 0;
        for (var set = 0; set < listed.Length; set++)
        {
            var tasks = listed[set].Tasks;
            foreach (var index in Order(tasks.Count, _orders.Split(set)))
            {
                cancellationToken.ThrowIfCancellationRequested();

                // The index among all given tasks: the draws of a task do not depend on the shuffled order.
                var random = _draws.Split(setStart + index);
                var variants = new ArcVariants(tasks[index], listed[set].IsEvaluation, Augment(tasks[index], random.Split(1)), nextId, random);
                nextId = checked(nextId + variants.Augmentations.Count);
                planned.Add(variants);
            }

            setStart += tasks.Count;
        }

        return new ArcDataset(planned, _translations);
    }

    private static void RequireTasks(IEnumerable<ArcTaskSet> sets)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var set in sets)
        {
            foreach (var task in set.Tasks)
            {
                if (!names.Add(task.Name))
                {
                    throw new PuzzleFormatException("expected each task's name once, got it twice", field: task.Name);
                }

                if (!set.IsEvaluation && !task.HasAnswers)
                {
                    throw new PuzzleFormatException("expected the output of every test pair in a task that is trained on, got none", field: task.Name);
                }
            }
        }
    }

    private static int[] Order(int count, StatefulRandom random)
    {
        var order = Enumerable.Range(0, count).ToArray();

        // Random.Shuffle may draw differently in another version of .NET.
        for (var last = count - 1; last > 0; last--)
        {
            var drawn = random.Next(last + 1);
            (order[last], order[drawn]) = (order[drawn], order[last]);
        }

        return order;
    }

    private ArcAugmentation[] Augment(ArcTask task, StatefulRandom random)
    {
        ArcPair[] pairs = [.. task.Train, .. task.Test];
        var augmentations = new List<ArcAugmentation>(_augmentations + 1) { ArcAugmentation.Identity };
        var keys = new HashSet<UInt128> { KeyOf(pairs, ArcAugmentation.Identity) };
        for (var left = TriesPerAugmentation * _augmentations; left > 0 && augmentations.Count <= _augmentations; left--)
        {
            var augmentation = ArcAugmentation.Random(random);
            if (keys.Add(KeyOf(pairs, augmentation)))
            {
                augmentations.Add(augmentation);
            }
        }

        return [.. augmentations];
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
