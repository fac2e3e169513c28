namespace Hrm.Puzzles;

/// <summary>
/// Reads ARC tasks from files and folders: one task per file, as in ARC-AGI-1, ARC-AGI-2 and ConceptARC, or the competition's files of
/// many. Ragged grids, sides above 30, other colours and repeated keys are errors. Keys other than <c>train</c>, <c>test</c>,
/// <c>input</c> and <c>output</c> are ignored.
/// </summary>
public static class ArcTaskFile
{
    /// <summary>The maximum number of files below a folder.</summary>
    public const int MaximumFiles = 10_000;

    private const int MaximumLevels = 8;
    private const string Extension = ".json";
    private const string Challenges = "challenges";
    private const string Solutions = "solutions";

    private static readonly string[] Roots = ["data", "corpus"];
    private static readonly string[] TestSets = ["evaluation", "test"];

    // A link could lead out of the folder, or form a loop in it.
    private static readonly EnumerationOptions Here = new() { IgnoreInaccessible = false, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint };

    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, MaxRecursionDepth = MaximumLevels, IgnoreInaccessible = false, AttributesToSkip = Here.AttributesToSkip };

    /// <summary>Reads one file or folder.</summary>
    /// <inheritdoc cref="ReadSets(IEnumerable{string}, IReadOnlyList{string}, Action{HrmException})"/>
    /// <param name="source">The file or folder.</param>
    public static IReadOnlyList<ArcTaskSet> ReadSets(string source)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        return ReadSets([source]);
    }

    /// <summary>Reads files and folders; the layout of each follows from its contents.</summary>
    /// <remarks>
    /// <list type="bullet">
    /// <item>File: a task, named as the file without extension, or an object of tasks under their names. Beside <c>X_challenges.json</c>
    /// the outputs of the test pairs are read from <c>X_solutions.json</c>, if it exists.</item>
    /// <item>Folder with a folder <c>evaluation</c> or <c>test</c>: each folder directly below is a set of its files, to eight levels, in
    /// the ordinal order of their paths.</item>
    /// <item>Folder with <c>.json</c> files: one set of its files, to eight levels. If some are named <c>X_challenges.json</c>, each of
    /// them is a set, named as the last word of X, and the other files are ignored.</item>
    /// <item>Any other folder, for example a repository: the folders below are read, only <c>data</c> or <c>corpus</c> if there is one.</item>
    /// </list>
    /// <para>Links in a folder are not followed. A task that occurs twice is kept once, and for evaluation if one of its sets is. Two
    /// different tasks of the same name are an error.</para>
    /// </remarks>
    /// <param name="sources">The files and folders.</param>
    /// <param name="testFrom">
    /// The sets for evaluation: their names, their paths, or a folder around them. Default: those named <c>evaluation</c> or <c>test</c>.
    /// </param>
    /// <param name="skipped">Receives the error of each bad file or task, which is then skipped. Default: the first error is thrown.</param>
    /// <returns>The sets in the order of the sources, then the ordinal order of their names; each has at least one task.</returns>
    /// <exception cref="InvalidConfigException"><paramref name="testFrom"/> names another set.</exception>
    /// <exception cref="HrmFormatException">
    /// A file or task that is not valid, files that do not match, two tasks of the same name, no task, or more than
    /// <see cref="MaximumFiles"/>; names the file and the key, for example <c>007bbfb7.train[2].output[3][1]</c>.
    /// </exception>
    /// <exception cref="HrmFileException">A folder or a file cannot be read.</exception>
    public static IReadOnlyList<ArcTaskSet> ReadSets(
        IEnumerable<string> sources, IReadOnlyList<string>? testFrom = null, Action<HrmException>? skipped = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        string[] listed = [.. sources];
        SourceSet[] sets = [.. listed.SelectMany(FindSets)];
        SetRoles(sets, testFrom);
        var tasks = new OrderedDictionary<string, (ArcTask Task, SourceSet Set, string File)>(StringComparer.Ordinal);
        foreach (var (set, file) in sets.SelectMany(set => set.Files, (set, file) => (set, file)))
        {
            foreach (var task in Read(file, skipped))
            {
                PuzzleLines.Try(() => Add(tasks, task, set, file), skipped);
            }
        }

        var tasksOf = tasks.Values.ToLookup(entry => entry.Set, entry => entry.Task);
        return tasks.Count > 0
            ? [.. sets.Where(tasksOf.Contains).Select(set => new ArcTaskSet([.. tasksOf[set]], set.IsEvaluation, set.Name))]
            : throw new HrmFormatException("expected at least one task, got none", string.Join(", ", listed));
    }

    private static IEnumerable<SourceSet> FindSets(string source) => File.Exists(source) ? [SetOf(source)] : FindBelow(source, MaximumLevels);

    private static IEnumerable<SourceSet> FindBelow(string folder, int levels)
    {
        var children = List(folder, "folders", () => Directory.EnumerateDirectories(folder, "*", Here));
        if (children.Any(child => TestSets.Contains(Path.GetFileName(child))))
        {
            return children.SelectMany(SetsOf);
        }

        // ConceptARC has other folders of tasks beside `corpus`.
        var root = children.FirstOrDefault(child => Roots.Contains(Path.GetFileName(child)));
        if (root is null && ListFiles(folder, Here).Length > 0)
        {
            return SetsOf(folder);
        }

        return levels > 0 ? (root is null ? children : [root]).SelectMany(child => FindBelow(child, levels - 1)) : [];
    }

    private static SourceSet[] SetsOf(string folder)
    {
        var files = ListFiles(folder, Below);
        string[] challenges = [.. files.Where(file => PartOf(file, Challenges) is not null)];
        return challenges.Length > 0 ? [.. challenges.Select(SetOf)]
            : files.Length > 0 ? [new SourceSet(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), folder, files)]
            : [];
    }

    private static SourceSet SetOf(string file)
    {
        var words = Path.GetFileNameWithoutExtension(file).Split('_');
        return new SourceSet(words is [.., var word, Challenges] ? word : string.Join('_', words), file, [file]);
    }

    private static void SetRoles(SourceSet[] sets, IReadOnlyList<string>? testFrom)
    {
        if (testFrom?.FirstOrDefault(name => !sets.Any(set => set.Is(name))) is { } unknown)
        {
            var names = Quote.Shorten(string.Join(", ", sets.Select(set => set.Name).Distinct()));
            throw new InvalidConfigException(nameof(testFrom), [$"expected one of {names}, or a path, got {Quote.Text(unknown)}"]);
        }

        foreach (var set in sets)
        {
            set.IsEvaluation = testFrom?.Any(set.Is) ?? TestSets.Contains(set.Name);
        }
    }

    private static IEnumerable<ArcTask> Read(string file, Action<HrmException>? skipped)
    {
        var tasks = PuzzleLines.Try(new ArcJsonReader(file, skipped).ReadTasks, skipped) ?? [];
        var solutions = PartOf(file, Challenges) is { } part ? part + Solutions + Extension : null;
        if (!File.Exists(solutions))
        {
            return tasks;
        }

        var outputs = PuzzleLines.Try(new ArcJsonReader(solutions, skipped).ReadSolutions, skipped) ?? [];

        // If errors are skipped, it may be the solution of a skipped task.
        return skipped is null && outputs.Keys.Except(tasks.Select(task => task.Name)).FirstOrDefault() is { } stranger
            ? throw new HrmFormatException($"expected the names of tasks, got {Quote.Text(stranger)}, which is none", solutions)
            : tasks.Where(task => !outputs.TryGetValue(task.Name, out var grids) || grids is not null)
                .Select(task => PuzzleLines.Try(() => WithOutputs(task, outputs.GetValueOrDefault(task.Name), solutions), skipped))
                .OfType<ArcTask>();
    }

    private static ArcTask WithOutputs(ArcTask task, List<ArcGrid>? outputs, string file)
    {
        if (outputs?.Count != task.Test.Count)
        {
            throw new HrmFormatException($"expected {task.Test.Count} grids, one per test pair, got {outputs?.Count ?? 0}", file, place: task.Name);
        }

        return new ArcTask(task.Name, task.Train, task.Test.Select((pair, index) => pair.Output is null || pair.Output.Equals(outputs[index])
            ? pair with { Output = outputs[index] }
            : throw new HrmFormatException("expected the output in the task's own file, got another grid", file, place: $"{task.Name}[{index}]")));
    }

    /// <summary>Adds a task; if it is there, the known outputs of both and the role of evaluation count.</summary>
    private static ArcTask Add(OrderedDictionary<string, (ArcTask Task, SourceSet Set, string File)> tasks, ArcTask task, SourceSet set, string file)
    {
        if (tasks.TryAdd(task.Name, (task, set, file)))
        {
            return task;
        }

        var first = tasks[task.Name];
        var both = first.Task.Merge(task)
            ?? throw new HrmFormatException($"expected each task's name once, got another task of this name from {first.File} too", file, place: task.Name);
        tasks[task.Name] = (both, set.IsEvaluation && !first.Set.IsEvaluation ? set : first.Set, first.File);
        return both;
    }

    /// <summary>The path of a file without a last word and the extension; <see langword="null"/> if it ends otherwise.</summary>
    private static string? PartOf(string file, string word) =>
        file.EndsWith(word + Extension, StringComparison.Ordinal) ? file[..^(word.Length + Extension.Length)] : null;

    private static string[] ListFiles(string folder, EnumerationOptions depth) => List(folder, $"{Extension} files", () => Directory.EnumerateFiles(folder, "*" + Extension, depth));

    private static string[] List(string folder, string expected, Func<IEnumerable<string>> list)
    {
        var paths = HrmFileException.Guard(folder, "could not be read", () => list().Take(MaximumFiles + 1).ToArray());
        return paths.Length <= MaximumFiles
            ? [.. paths.OrderBy(path => Path.GetRelativePath(folder, path).Replace('\\', '/'), StringComparer.Ordinal)]
            : throw new HrmFormatException($"expected at most {MaximumFiles} {expected}, got more", folder);
    }

    private sealed record SourceSet(string Name, string Path, string[] Files)
    {
        public bool IsEvaluation { get; set; }

        /// <summary>Whether a text is the name of the set, its path, or a folder around it.</summary>
        public bool Is(string text) => text == Name || $"{FullPath(Path)}/".StartsWith($"{FullPath(text)}/", StringComparison.Ordinal);

        private static string FullPath(string path) => System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)).Replace('\\', '/');
    }
}
