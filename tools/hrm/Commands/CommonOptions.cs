using System.CommandLine;

namespace Hrm.Tool;

/// <summary>The options that several commands share.</summary>
internal static class CommonOptions
{
    public static Option<string> Model { get; } = new("--model") { Description = "The folder of a run, an export, a saved model or a checkpoint of the authors' code.", Required = true };

    public static Option<string?> Modules { get; } = new("--modules") { Description = "An assembly (.dll) that creates the model with modules of your own. Its code runs in this process." };

    public static Option<string> Dataset { get; } = new("--data") { Description = "The folder of a dataset.", Required = true };

    public static Option<int?> Side { get; } = new("--side") { Description = "The side of the boards: 4, 6, 9, 16, …; by default that of the first puzzle." };

    public static Option<int?> Segments { get; } = new("--segments") { Description = "The number of segments; that of the training by default." };

    public static Option<bool> Adaptive { get; } = new("--adaptive") { Description = "Let the Q-head of the model halt each puzzle." };

    public static Option<bool> Json { get; } = new("--json") { Description = "Write the result as JSON, for scripts." };

    public static Option<bool> SkipBad { get; } = new("--skip-bad") { Description = "Report and skip bad lines and puzzles, of ARC bad files and tasks, instead of ending." };

    public static Option<string[]> Files(string name, string description)
        => new(name) { Description = description, AllowMultipleArgumentsPerToken = true };

    /// <summary>Adds the options of files of puzzles, if the task reads them.</summary>
    public static void AddFiles(Command command, ToolTask task, params Option<string[]>[] files)
    {
        if (task.ReadsFiles)
        {
            Array.ForEach(files, command.Add);
            command.Add(SkipBad);
        }

        if (task is SudokuToolTask)
        {
            command.Add(Side);
        }
    }

    /// <summary>Reads where puzzles come from: a dataset, or files of puzzles if the task reads them.</summary>
    public static RunData ReadData(ParseResult result, ToolTask task, Option<string?> data, Option<string[]> train, Option<string[]> test)
    {
        if (result.GetValue(data) is { } folder)
        {
            RequireAbsent(result, "with --data", train, test, Side, SkipBad);
            return new RunData { Folder = folder };
        }

        if (!task.ReadsFiles)
        {
            throw new UsageException("--data: expected the folder of a dataset, as `data … build` writes it.");
        }

        var files = new RunData { Train = result.GetValue(train) ?? [], Test = result.GetValue(test) ?? [], SkipBad = result.GetValue(SkipBad) };
        if (task is SudokuToolTask)
        {
            files.Side = result.GetValue(Side) ?? SudokuFiles.FindSide([.. files.Train, .. files.Test]);
        }

        return files;
    }

    /// <summary>Reads the name of a file for results, and refuses early what cannot be written; <see langword="null"/> without the option.</summary>
    public static string? ReadOutput(ParseResult result, Option<string?> option)
    {
        var path = result.GetValue(option);
        return path is null || (Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) && !Directory.Exists(path))
            ? path
            : throw new UsageException($"{option.Name}: expected a file in a folder that exists, got '{path}'.");
    }

    /// <summary>Refuses options that would do nothing.</summary>
    public static void RequireAbsent(ParseResult result, string why, params Option[] options)
    {
        var useless = Given(result, options);
        if (useless.Length > 0)
        {
            throw new UsageException($"{useless}: does nothing {why}; leave it out.");
        }
    }

    /// <summary>Lists the options that the user gave, separated by commas.</summary>
    public static string Given(ParseResult result, params Option[] options)
        => string.Join(", ", options.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name));

    /// <summary>Refuses a number out of a range.</summary>
    public static T Require<T>(ParseResult result, Option<T> option, T least, T most)
        where T : IComparable<T>
        => Require(result.GetValue(option)!, option, least, most);

    /// <summary>Refuses a number that is absent or out of a range.</summary>
    public static T Require<T>(ParseResult result, Option<T?> option, T least, T most)
        where T : struct, IComparable<T>
        => Require(result.GetValue(option)!.Value, option, least, most);

    /// <summary>Reads the number of segments; <see langword="null"/> without the option.</summary>
    public static int? ReadSegments(ParseResult result) => result.GetValue(Segments) is null ? null : Require(result, Segments, 1, 65536);

    /// <summary>Opens the model of a command, with the modules that the command line names.</summary>
    public static ModelSource OpenModel(ParseResult result, ToolTask? task = null) => ModelSource.Open(result.GetValue(Model)!, ReadModules(result), task);

    /// <summary>Loads the assembly of modules; <see langword="null"/> without the option.</summary>
    public static OwnModules? ReadModules(ParseResult result) => result.GetValue(Modules) is { } path ? new OwnModules(path) : null;

    private static T Require<T>(T value, Option option, T least, T most)
        where T : IComparable<T>
        => value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new UsageException($"{option.Name}: expected {least} to {most}, got {value}.");
}
