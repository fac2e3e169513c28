using Hrm.Fuzz.Targets;

namespace Hrm.Fuzz;

/// <summary>All targets by name.</summary>
internal static class FuzzTargets
{
    private static readonly Dictionary<string, Func<FuzzTarget>> All = new(StringComparer.Ordinal)
    {
        ["safetensors"] = ModelTargets.Safetensors,
        ["torch-save"] = ModelTargets.TorchSave,
        ["yaml-config"] = ModelTargets.YamlConfig,
        ["json-config"] = ModelTargets.JsonConfig,
        ["model-folder"] = ModelTargets.ModelFolder,
        ["checkpoint"] = TrainingTargets.Checkpoint,
        ["npy"] = () => TrainingTargets.Dataset(name => name.EndsWith(".npy", StringComparison.Ordinal)),
        ["dataset-json"] = () => TrainingTargets.Dataset(name => name.EndsWith("dataset.json", StringComparison.Ordinal)),
        ["identifiers"] = () => TrainingTargets.Dataset(name => name.EndsWith("identifiers.json", StringComparison.Ordinal)),
        ["dataset-folder"] = () => TrainingTargets.Dataset(_ => true),
        ["sudoku-csv"] = PuzzleTargets.SudokuCsvFile,
        ["maze-csv"] = PuzzleTargets.MazeCsvFile,
        ["arc-task"] = PuzzleTargets.ArcTaskJson,
        ["arc-combined"] = PuzzleTargets.ArcCombined,
        ["report-log"] = TrainingTargets.ReportLog,
        ["arguments"] = ToolTargets.Arguments,
        ["run-folder"] = ToolTargets.RunFolder,
        ["comparison"] = ToolTargets.Compared,
        ["service"] = ServiceTarget.Create,
    };

    public static IReadOnlyList<string> Names { get; } = [.. All.Keys];

    public static FuzzTarget Create(string name) => All[name]();
}
