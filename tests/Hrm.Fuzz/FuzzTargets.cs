using Hrm.Fuzz.Targets;

namespace Hrm.Fuzz;

/// <summary>Every target by its name.</summary>
internal static class FuzzTargets
{
    private static readonly Dictionary<string, Func<FuzzTarget>> All = new(StringComparer.Ordinal)
    {
        ["safetensors"] = () => new SafetensorsTarget(),
        ["torch-save"] = () => new TorchSaveTarget(),
        ["yaml-config"] = () => new YamlConfigTarget(),
        ["json-config"] = () => new JsonConfigTarget(),
        ["model-folder"] = () => new ModelFolderTarget(),
        ["checkpoint"] = () => new CheckpointTarget(),
        ["npy"] = () => new DatasetTarget(name => name.EndsWith(".npy", StringComparison.Ordinal)),
        ["dataset-json"] = () => new DatasetTarget(name => name.EndsWith("dataset.json", StringComparison.Ordinal)),
        ["identifiers"] = () => new DatasetTarget(name => name.EndsWith("identifiers.json", StringComparison.Ordinal)),
        ["dataset-folder"] = () => new DatasetTarget(_ => true),
        ["sudoku-csv"] = () => new SudokuCsvTarget(),
        ["maze-csv"] = () => new MazeCsvTarget(),
        ["arc-task"] = () => new ArcTaskTarget(),
        ["arc-combined"] = () => new ArcCombinedTarget(),
        ["report-log"] = () => new ReportLogTarget(),
        ["arguments"] = () => new ArgumentsTarget(),
        ["run-folder"] = () => new RunFolderTarget(),
        ["service"] = () => new ServiceTarget(),
    };

    public static IReadOnlyList<string> Names { get; } = [.. All.Keys];

    public static FuzzTarget Create(string name) => All[name]();
}
