namespace Hrm.Puzzles;

/// <summary>
/// Dataset of ARC tasks as the paper's authors build it: each task with its augmentations, all of them different, and a puzzle id per
/// variant. The examples are created while a split is read, one task at a time, and are the same each time.
/// </summary>
/// <remarks>Immutable and safe for use by several threads.</remarks>
/// <example><code>
/// var sets = ArcTaskFile.ReadSets(["arc_agi_1/data", "concept_arc/corpus"]);
/// var dataset = ArcDataset.Build(sets, new() { Augmentations = 1000, Seed = 42 });
/// </code></example>
public sealed class ArcDataset
{
    private readonly List<ArcVariants> _tasks;

    private ArcDataset(List<ArcVariants> tasks)
    {
        _tasks = tasks;
        Identifiers = [ArcPuzzleId.Blank, .. tasks.SelectMany(task => task.Identifiers)];
        EvaluationTasks = [.. tasks.Where(task => task.IsEvaluation).Select(task => task.Task)];
    }

    /// <summary>
    /// The text of each puzzle id (<see cref="ArcPuzzleId"/>); the first is <see cref="ArcPuzzleId.Blank"/>. The variants of a task
    /// have consecutive ids, beginning with the task itself. Both splits have the same ids.
    /// </summary>
    public IReadOnlyList<string> Identifiers { get; }

    /// <summary>The tasks whose test pairs are the test split, in its order.</summary>
    public IReadOnlyList<ArcTask> EvaluationTasks { get; }

    /// <summary>
    /// The train split: one group per task, one puzzle per variant, one example per pair. These are the demonstrations, and the test
    /// pairs too if the task is not for evaluation.
    /// </summary>
    public IEnumerable<PuzzleGroup> Train => _tasks.Select(task => task.ToTrainGroup());

    /// <summary>
    /// The test split: one group per evaluation task, one puzzle per variant, one example per test pair, at the origin of the canvas.
    /// If an output is unknown, every label is ignored.
    /// </summary>
    public IEnumerable<PuzzleGroup> Test => _tasks.Where(task => task.IsEvaluation).Select(task => task.ToTestGroup());

    /// <summary>
    /// Draws the augmentations of every task. The ids follow the order of the sets, and a random order of the tasks within a set. The
    /// seed determines everything.
    /// </summary>
    /// <param name="sets">The sets; a name must not occur twice in all of them.</param>
    /// <param name="options">The augmentations. Default: those of the paper.</param>
    /// <param name="cancellationToken">Stops the search for augmentations, which takes some seconds for the paper's 960 tasks.</param>
    /// <exception cref="InvalidConfigException">Options out of their ranges; lists every one.</exception>
    /// <exception cref="HrmFormatException">
    /// A repeated name, a grid larger than the canvas, or a task for training with an unknown output; names the task.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ArcDataset Build(IEnumerable<ArcTaskSet> sets, ArcDatasetOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sets);
        options ??= new ArcDatasetOptions();
        InvalidConfigException.ThrowIfInvalid("ARC dataset options", options);
        var listed = sets.ToArray();
        RequireTasks(listed, options.Canvas);
        var random = new StatefulRandom(options.Seed);
        var (orders, draws) = (random.Split(0), random.Split(1));
        var planned = new List<ArcVariants>();
        var nextId = 1;
        var setStart = 0;
        for (var set = 0; set < listed.Length; set++)
        {
            var tasks = listed[set].Tasks;
            foreach (var index in Order(tasks.Count, orders.Split(set)))
            {
                cancellationToken.ThrowIfCancellationRequested();

                // The index among all given tasks: the draws of a task do not depend on the shuffled order.
                var variants = new ArcVariants(tasks[index], listed[set].IsEvaluation, options, nextId, draws.Split(setStart + index));
                nextId = checked(nextId + variants.Augmentations.Count);
                planned.Add(variants);
            }

            setStart += tasks.Count;
        }

        return new ArcDataset(planned);
    }

    private static void RequireTasks(IEnumerable<ArcTaskSet> sets, int canvas)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var set in sets)
        {
            foreach (var task in set.Tasks)
            {
                if (!names.Add(task.Name))
                {
                    throw new HrmFormatException("expected each task's name once, got it twice", place: task.Name);
                }

                if (task.Side > canvas)
                {
                    throw new HrmFormatException($"expected grids of at most {canvas} × {canvas}, the canvas, got a side of {task.Side}", place: task.Name);
                }

                if (!set.IsEvaluation && !task.HasAnswers)
                {
                    throw new HrmFormatException("expected the output of every test pair in a task that is trained on, got none", place: task.Name);
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
}

/// <summary>Options of <see cref="ArcDataset.Build"/>.</summary>
public sealed class ArcDatasetOptions : IValidatedOptions
{
    /// <summary>
    /// Augmentations per task, in addition to the task itself. 0 to 100,000, default 1,000. A task with fewer different variants gets
    /// fewer: the search ends after five draws per augmentation.
    /// </summary>
    public int Augmentations { get; init; } = 1_000;

    /// <summary>
    /// Whether the grids of the train split are placed at random on the canvas, except one example per puzzle, which stays at the
    /// origin. Default <see langword="true"/>.
    /// </summary>
    public bool Translations { get; init; } = true;

    /// <summary>
    /// The number of rows and of columns of the canvas (<see cref="ArcEncoding"/>), 1 to 30; every grid must fit. The examples have
    /// Canvas² tokens. Default 30.
    /// </summary>
    public int Canvas { get; init; } = ArcEncoding.Side;

    /// <summary>Seed of the order of the tasks, the augmentations and the translations. Default 0.</summary>
    public long Seed { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(Augmentations), Augmentations, 0, 100_000)
        .Between(nameof(Canvas), Canvas, 1, ArcEncoding.Side)
        .Errors;
}
