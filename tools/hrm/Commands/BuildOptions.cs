using System.CommandLine;

namespace Hrm.Tool;

/// <summary>The options that the builders of all three tasks share.</summary>
internal static class BuildOptions
{
    public static Option<string> Output { get; } = new("--output") { Description = "The folder that takes the dataset.", Required = true };

    public static Option<long> Seed { get; } = new("--seed") { Description = "The seed of every draw.", DefaultValueFactory = _ => 1 };

    public static Option<bool> Overwrite { get; } = new("--overwrite") { Description = "Replace a dataset that is there already." };

    public static Option<string[]> Sources(string name, string description) => CommonOptions.Files(name, description + " One or more files or folders.");

    /// <summary>Refuses a number out of a range.</summary>
    public static T Require<T>(ParseResult result, Option<T> option, T least, T most)
        where T : IComparable<T>
    {
        var value = result.GetValue(option)!;
        return value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new LabException($"{option.Name}: expected {least} to {most}, got {value}.");
    }
}
