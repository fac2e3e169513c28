using System.Text;
using System.Text.Unicode;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Reads ARC tasks: the files of ARC-AGI-1, ARC-AGI-2 and ConceptARC with one task each, and the competition's files with many.
/// Ragged grids, sides above 30, other colours, repeated keys and repeated names are errors. Keys other than <c>train</c>,
/// <c>test</c>, <c>input</c> and <c>output</c> are ignored.
/// </summary>
public static class ArcTaskFile
{
    /// <summary>The maximum number of files below a folder.</summary>
    public const int MaximumFiles = 10_000;

    // 16 and 64 MiB: a parsed file takes up to nine times its size.
    private const int MaximumTaskBytes = 1 << 24;
    private const int MaximumCombinedBytes = 1 << 26;
    private const string Extension = ".json";
    private const string EvaluationFolder = "evaluation";

    // A link could lead out of the folder, or form a loop in it.
    private static readonly EnumerationOptions Here = new() { IgnoreInaccessible = false, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint };

    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, MaxRecursionDepth = 8, IgnoreInaccessible = false, AttributesToSkip = Here.AttributesToSkip };

    /// <summary>Reads a file of one task; the name of the task is the file name without extension.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="HrmFormatException">The file is not a valid task; names the key, for example <c>train[2].output[3][1]</c>.</exception>
    /// <exception cref="HrmFileException">The file cannot be read.</exception>
    public static ArcTask Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var reader = new ArcJsonReader(path);
        return reader.Read(ReadBytes(path, MaximumTaskBytes), task => reader.ReadTask(task, Path.GetFileNameWithoutExtension(path), string.Empty));
    }

    /// <summary>
    /// Reads a dataset as the authors' builder does: each folder directly below is a set, and the one named <c>evaluation</c>
    /// measures a model. A set has one task per <c>.json</c> file in its folder and the folders below, to eight levels, in the ordinal
    /// order of their paths. Links are not followed.
    /// </summary>
    /// <param name="folder">The folder: <c>data</c> of ARC-AGI-1 and ARC-AGI-2, <c>corpus</c> of ConceptARC.</param>
    /// <returns>The sets in the ordinal order of their folders' names; at least one.</returns>
    /// <exception cref="HrmFormatException">An invalid task, two of the same name, no file, or more than <see cref="MaximumFiles"/>.</exception>
    /// <exception cref="HrmFileException">The folder or a file cannot be read.</exception>
    public static IReadOnlyList<ArcTaskSet> ReadSets(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var folders = Listed(folder, "folders of tasks", () => Directory.EnumerateDirectories(folder, "*", Here));
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        return [.. folders.Select(set => new ArcTaskSet(ReadFolder(set, files), Path.GetFileName(set) == EvaluationFolder))];
    }

    /// <summary>Reads a file of many tasks under their names, the format of the competition.</summary>
    /// <param name="challenges">The file of tasks; its test pairs can lack their outputs.</param>
    /// <param name="solutions">The file of these outputs, a list of grids under each task's name, or <see langword="null"/>.</param>
    /// <returns>The tasks in the order of the file; at least one.</returns>
    /// <exception cref="HrmFormatException">
    /// An error of format, or files that do not match; names the key, for example <c>007bbfb7.train[2].output[3][1]</c>.
    /// </exception>
    /// <exception cref="HrmFileException">A file cannot be read.</exception>
    public static IReadOnlyList<ArcTask> ReadCombined(string challenges, string? solutions = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(challenges);
        var reader = new ArcJsonReader(challenges);
        var tasks = reader.Read(ReadBytes(challenges, MaximumCombinedBytes), file =>
            reader.ReadNamed(file, "an object of tasks", (task, name) => reader.ReadTask(task, name, ArcJsonReader.PathOf(name))));
        if (tasks.Count == 0)
        {
            throw new HrmFormatException("expected at least one task, got none", challenges);
        }

        if (solutions is null)
        {
            return [.. tasks.Values];
        }

        reader = new ArcJsonReader(solutions);
        var outputs = reader.Read(ReadBytes(solutions, MaximumCombinedBytes), file =>
            reader.ReadNamed(file, "an object of lists of grids", (grids, name) => reader.ReadGrids(grids, ArcJsonReader.PathOf(name))));
        return outputs.Keys.FirstOrDefault(name => !tasks.ContainsKey(name)) is { } other
            ? throw new HrmFormatException($"expected the names of tasks, got {Quote.Text(other)}, which is none", solutions)
            : [.. tasks.Values.Select(task => WithOutputs(task, outputs.GetValueOrDefault(task.Name), solutions))];
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

    private static List<ArcTask> ReadFolder(string folder, Dictionary<string, string> files)
    {
        var paths = Listed(folder, $"{Extension} files", () => Directory.EnumerateFiles(folder, "*" + Extension, Below));
        var tasks = new List<ArcTask>(paths.Length);
        foreach (var path in paths)
        {
            var task = Read(path);
            if (!files.TryAdd(task.Name, path))
            {
                throw new HrmFormatException($"expected each task's name once, got {task.Name} from {files[task.Name]} too", path);
            }

            tasks.Add(task);
        }

        return tasks;
    }

    private static string[] Listed(string folder, string expected, Func<IEnumerable<string>> list)
    {
        var paths = HrmFileException.Guard(folder, "could not be read", () => list().Take(MaximumFiles + 1).ToArray());
        return paths.Length is > 0 and <= MaximumFiles
            ? [.. paths.OrderBy(path => Path.GetRelativePath(folder, path).Replace('\\', '/'), StringComparer.Ordinal)]
            : throw new HrmFormatException($"expected 1 to {MaximumFiles} {expected}, got {(paths.Length == 0 ? "none" : "more")}", folder);
    }

    private static ReadOnlyMemory<byte> ReadBytes(string path, int maximumBytes) => HrmFileException.Guard(path, "could not be read", () =>
    {
        using var stream = InputFile.OpenStream(path, bufferSize: 0);
        if (stream.Length > maximumBytes)
        {
            throw new HrmFormatException($"expected at most {maximumBytes} bytes, got {stream.Length}", path);
        }

        var bytes = new byte[stream.Length];
        ReadOnlyMemory<byte> text = bytes.AsMemory(0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        text = text.Span.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text;
        return Utf8.IsValid(text.Span) ? text : throw new HrmFormatException("expected UTF-8, got invalid bytes", path);
    });
}
