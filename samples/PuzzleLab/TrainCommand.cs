using System.CommandLine;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Samples.PuzzleLab;

/// <summary><c>train sudoku</c>: starts a run, or goes on with one.</summary>
internal static class TrainCommand
{
    private const int CancelledCode = 130;

    private static readonly Option<string[]> Train = Files("--train", "Training puzzles: CSV files, separated by commas or given again.");
    private static readonly Option<string[]> Test = Files("--test", "Test puzzles: CSV files, separated by commas or given again.");
    private static readonly Option<string?> Output = new("--output") { Description = "The folder that takes the run." };
    private static readonly Option<string?> ResumeFrom = new("--resume") { Description = "The folder of a run to go on with from its last checkpoint, with its settings and files." };
    private static readonly Option<string?> Preset = new("--preset") { Description = $"Config and training options: {string.Join(", ", LabPresets.Names)}. Default small." };
    private static readonly Option<double?> Minutes = new("--minutes") { Description = "Training time, turned into a number of steps once, at the start." };
    private static readonly Option<long?> Steps = new("--steps") { Description = "The number of steps, in place of --minutes." };
    private static readonly Option<string?> Config = new("--config") { Description = "A JSON file of settings over the preset." };
    private static readonly Option<string[]> Set = new("--set") { Description = "A setting over preset and file: KEY=VALUE, for instance Trainer:LearningRate=0.001." };
    private static readonly Option<int> Side = CommonOptions.Side();
    private static readonly Option<string> Device = CommonOptions.Device();
    private static readonly Option<int?> Threads = CommonOptions.Threads();

    public static Command Create() => new("train", "Train a model.") { CreateSudoku() };

    private static Command CreateSudoku()
    {
        var command = new Command("sudoku", "Train on Sudoku puzzles from CSV files, or go on with a run.")
        {
            Train, Test, Output, ResumeFrom, Preset, Minutes, Steps, Config, Set, Side, Device, Threads,
        };
        command.SetAction((result, cancellationToken) => Task.Run(
            () => result.GetValue(ResumeFrom) is { } folder ? Resume(result, folder, cancellationToken) : Start(result, cancellationToken),
            CancellationToken.None));
        return command;
    }

    private static int Start(ParseResult result, CancellationToken cancellationToken)
    {
        var preset = LabPresets.Create(result.GetValue(Preset) ?? "small", SudokuFiles.ShapeOf(result.GetValue(Side)));
        preset.Data = new LabData
        {
            Train = SudokuFiles.Split(Required(result, Train)),
            Test = SudokuFiles.Split(Required(result, Test)),
            Side = result.GetValue(Side),
        };
        var folder = new RunFolder(result.GetValue(Output) ?? throw new LabException("--output: expected the folder that takes the run."));
        var settings = SettingsReader.Read(preset, result.GetValue(Config), result.GetValue(Set) ?? []);
        var device = CommonOptions.Apply(result.GetValue(Device)!, result.GetValue(Threads));
        settings.Threads = torch.get_num_threads();
        var training = new SudokuTraining(settings, folder, device, AnsiConsole.Console);
        training.Plan(result.GetValue(Minutes), result.GetValue(Steps));
        return CodeOf(training.Start(cancellationToken), folder);
    }

    private static int Resume(ParseResult result, string path, CancellationToken cancellationToken)
    {
        var folder = new RunFolder(path);
        if (result.GetValue(Output) is { } output && Path.GetFullPath(output) != Path.GetFullPath(path))
        {
            throw new LabException($"--resume: a run goes on in its own folder: expected no --output or {path}, got {output}.");
        }

        Option[] ofStart = [Train, Test, Preset, Minutes, Steps, Config, Side];
        var ignored = ofStart.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name).ToArray();
        if (ignored.Length > 0)
        {
            AnsiConsole.Console.MarkupLineInterpolated($"[yellow]{string.Join(", ", ignored)}: a resumed run keeps what it was started with[/]");
        }

        var settings = SettingsReader.Read(folder.ReadSettings(), null, result.GetValue(Set) ?? []);
        var threads = result.GetValue(Threads) ?? (settings.Threads > 0 ? settings.Threads : null);
        var device = CommonOptions.Apply(result.GetValue(Device)!, threads);
        var training = new SudokuTraining(settings, folder, device, AnsiConsole.Console);
        return CodeOf(training.Resume(cancellationToken), folder);
    }

    private static int CodeOf(TrainingOutcome outcome, RunFolder folder)
    {
        if (outcome.Reason != StopReason.Cancelled)
        {
            return 0;
        }

        AnsiConsole.Console.MarkupLineInterpolated($"[yellow]stopped after step {outcome.Step:N0}; go on with: train sudoku --resume {folder.Path}[/]");
        return CancelledCode;
    }

    private static string[] Required(ParseResult result, Option<string[]> option)
        => result.GetValue(option) is { Length: > 0 } values ? values : throw new LabException($"{option.Name}: expected at least one CSV file, got none.");

    private static Option<string[]> Files(string name, string description)
        => new(name) { Description = description, AllowMultipleArgumentsPerToken = true };
}
