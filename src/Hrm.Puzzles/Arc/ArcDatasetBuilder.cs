using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Makes datasets of ARC tasks as the paper's authors do: each task with its augmentations, no two of them alike, each variant
/// with a puzzle id of its own. Everything is determined by the seed.
/// </summary>
/// <example><code>
/// var sets = ArcTaskFile.ReadSets("arc_agi_1/data").Concat(ArcTaskFile.ReadSets("concept_arc/corpus"));
/// var dataset = new ArcDatasetBuilder(new() { Augmentations = 1000, Seed = 42 }).Build(sets);
/// </code></example>
public sealed class ArcDatasetBuilder
{
    private const int TriesAnAugmentation = 5;

    private readonly int _augmentations;
    private readonly bool _translations;
    private readonly StatefulRandom _orders;
    private readonly StatefulRandom _chances;

    /// <summary>Creates a builder.</summary>
    /// <param name="options">How to build; read once. By default what the paper did.</param>
    /// <exception cref="InvalidConfigException">Options out of their ranges; lists every one.</exception>
    public ArcDatasetBuilder(ArcDatasetOptions? options = null)
    {
        options ??= new ArcDatasetOptions();
        InvalidConfigException.ThrowIfInvalid("ARC dataset options", options);
        _augmentations = options.Augmentations;
        _translations = options.Translations;
        var random = new StatefulRandom(options.Seed);
        _orders = random.Split(0);
        _chances = random.Split(1);
    }

    /// <summary>
    /// Draws the augmentations of every task. The ids follow the sets in their order, and in each set the tasks in a random one.
    /// </summary>
    /// <param name="sets">The sets; a name must not occur twice in all of them.</param>
    /// <param name="cancellationToken">Ends the drawing, which takes some seconds for the paper's 960 tasks.</param>
    /// <returns>The dataset.</returns>
    /// <exception cref="PuzzleFormatException">A name twice, or a task that is not for evaluation with an unknown output; names the task.</exception>
    /// <exception cref="OperationCanceledException">The token asked for it.</exception>
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

                // By its place among all tasks as they were given: what a task draws does not depend on the order drawn.
                var chance = _chances.Split(setStart + index);
                var variants = new ArcVariants(tasks[index], listed[set].IsEvaluation, Augment(tasks[index], chance.Split(1)), nextId, chance);
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

        // Not Random.Shuffle, which may draw otherwise in another version of .NET.
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
        var keys = new HashSet<ArcTaskKey> { ArcTaskKey.Of(pairs, ArcAugmentation.Identity) };
        for (var left = TriesAnAugmentation * _augmentations; left > 0 && augmentations.Count <= _augmentations; left--)
        {
            var augmentation = ArcAugmentation.Random(random);
            if (keys.Add(ArcTaskKey.Of(pairs, augmentation)))
            {
                augmentations.Add(augmentation);
            }
        }

        return [.. augmentations];
    }
}
